#include "log.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace llama_reward {
namespace {

// Enough for the reason of a failure and its surroundings; loading a model logs some hundreds of lines.
constexpr size_t MAX_LINES = 24;
constexpr size_t MAX_LINE_BYTES = 500;

thread_local LogScope *current_scope = nullptr;

std::string trimmed(const std::string &text) {
  const size_t end = text.find_last_not_of("\r\n ");
  return end == std::string::npos ? std::string() : text.substr(0, end + 1);
}

} // namespace

LogScope::LogScope() : outer_(current_scope) {
  current_scope = this;
}

LogScope::~LogScope() {
  current_scope = outer_;
}

std::vector<std::string> LogScope::lines() const {
  std::vector<std::string> important;
  for (const Line &line : lines_)
    if (line.level == GGML_LOG_LEVEL_WARN || line.level == GGML_LOG_LEVEL_ERROR)
      if (std::string text = trimmed(line.text); !text.empty())
        important.push_back(std::move(text));
  return important.empty() ? all_lines() : important;
}

std::vector<std::string> LogScope::all_lines() const {
  std::vector<std::string> all;
  for (const Line &line : lines_)
    if (std::string text = trimmed(line.text); !text.empty())
      all.push_back(std::move(text));
  return all;
}

std::string LogScope::summary() const {
  std::string text;
  for (const std::string &line : lines())
    text += (text.empty() ? "" : "; ") + line;
  return text;
}

bool LogScope::is_out_of_memory() const {
  const auto texts = {
      "failed to allocate",     "unable to allocate",   "out of memory", "Cannot allocate memory",
      "ErrorOutOfDeviceMemory", "ErrorOutOfHostMemory", "bad_alloc",     "bad allocation"};
  return std::any_of(texts.begin(), texts.end(), [this](const char *text) { return contains(text); });
}

bool LogScope::contains(const char *text) const {
  return std::any_of(lines_.begin(), lines_.end(),
                     [text](const Line &line) { return line.text.find(text) != std::string::npos; });
}

void collect_log(ggml_log_level level, const char *text, void * /*user_data*/) {
  LogScope *scope = current_scope;
  if (scope == nullptr || text == nullptr || level == GGML_LOG_LEVEL_DEBUG)
    return;
  try {
    auto &lines = scope->lines_;
    if (level == GGML_LOG_LEVEL_CONT && !lines.empty()) {
      if (lines.back().text.size() < MAX_LINE_BYTES)
        lines.back().text += text;
      return;
    }
    // Information makes room first: the error that matters may be followed by a long tail of it.
    if (lines.size() == MAX_LINES) {
      auto victim = lines.begin();
      while (victim != lines.end() &&
             (victim->level == GGML_LOG_LEVEL_WARN || victim->level == GGML_LOG_LEVEL_ERROR))
        ++victim;
      lines.erase(victim == lines.end() ? lines.begin() : victim);
    }
    lines.push_back({level, std::string(text).substr(0, MAX_LINE_BYTES)});
  } catch (...) { // NOLINT(bugprone-empty-catch)
    // Out of memory for a log line: losing it is better than an exception inside llama.cpp's C code.
  }
}

} // namespace llama_reward
