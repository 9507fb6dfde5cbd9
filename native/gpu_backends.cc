#include "gpu_backends.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "log.h"

namespace llama_reward {
namespace {

namespace fs = std::filesystem;

bool is_gpu_backend_file(const fs::path &path) {
#ifdef _WIN32
  const std::string prefix = "ggml-";
  const std::string suffix = ".dll";
#else
  const std::string prefix = "libggml-";
  const std::string suffix = ".so";
#endif
  const std::string name = path.filename().u8string();
  return name.size() > prefix.size() + suffix.size() && name.compare(0, prefix.size(), prefix) == 0 &&
         name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0 &&
         name.compare(prefix.size(), 3, "cpu") != 0 && name.compare(prefix.size(), 4, "base") != 0;
}

} // namespace

void GpuBackendLoader::load_folder(const std::string &directory) {
  std::error_code error;
  std::vector<fs::path> files;
  for (const auto &entry : fs::directory_iterator(fs::u8path(directory), error))
    if (is_gpu_backend_file(entry.path()))
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const fs::path &file : files)
    load(file.u8string(), file.filename().u8string());
}

std::vector<std::string> GpuBackendLoader::failures() const {
  std::vector<std::string> all;
  for (const auto &[name, reasons] : failures_)
    if (usable_.count(name) == 0)
      all.insert(all.end(), reasons.begin(), reasons.end());
  return all;
}

void GpuBackendLoader::load(const std::string &path, const std::string &name) {
  if (usable_.count(name) > 0)
    return;
  const LogScope log;
  ggml_backend_reg_t backend = symbols_.ggml_backend_load(path.c_str());
  if (backend != nullptr && symbols_.ggml_backend_reg_dev_count(backend) > 0) {
    usable_.insert(name);
    loaded_.push_back({path, log.all_lines()});
  } else {
    failures_[name].push_back(path + ": " + (backend == nullptr ? "" : "found no device. ") + log.summary());
  }
}

} // namespace llama_reward
