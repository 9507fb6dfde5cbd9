#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "symbols.h"

namespace llama_reward {

/// Collects what llama.cpp logs on this thread while it lives: several models may load at once, and each
/// failure must carry its own lines. Nothing is ever printed.
class LogScope {
 public:
  LogScope();
  ~LogScope();
  LogScope(const LogScope &) = delete;
  LogScope &operator=(const LogScope &) = delete;

  /// Errors and warnings, oldest first; without any, the last lines of any level.
  std::vector<std::string> lines() const;
  /// The last lines of any level, oldest first.
  std::vector<std::string> all_lines() const;
  /// `lines` as one line of text, for a message; empty when nothing was logged.
  std::string summary() const;
  /// Whether memory was refused, in the words of llama.cpp and of its backends (v0.5.0).
  bool is_out_of_memory() const;

 private:
  friend void collect_log(ggml_log_level level, const char *text, void *user_data);

  struct Line {
    ggml_log_level level;
    std::string text;
  };
  bool contains(const char *text) const;

  std::deque<Line> lines_;
  LogScope *outer_;
};

/// llama.cpp's log callback; `user_data` is not used.
void collect_log(ggml_log_level level, const char *text, void *user_data);

} // namespace llama_reward
