#include "apps/fanin/output_files.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "apps/fanin/errors.hpp"
#include "fanin/core/error.hpp"
#include "fanin/io/atomic_file.hpp"

namespace fanin::cli {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& reason) {
  throw OutputError(path.string() + ": cannot be written: " + reason);
}

}  // namespace

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw OutputError(folder.string() + ": this folder cannot be created: " + error.message());
  if (!std::filesystem::is_directory(folder, error)) fail(folder, "it is a file, and a folder is needed here");
}

void check_writable(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (std::filesystem::is_directory(status)) fail(path, "it is a folder");
  if (std::filesystem::exists(status) && ::access(path.c_str(), W_OK) != 0) {
    fail(path, std::generic_category().message(errno));
  }
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) return;  // a pipe, a device
  const std::filesystem::path folder = path.parent_path();
  if (!folder.empty() && !std::filesystem::exists(folder, error)) {
    fail(path, "there is no folder " + folder.string() + "; create it first");
  }
  try {
    io::AtomicFile probe(path);
    probe.discard();
  } catch (const Error& failure) {
    throw OutputError(failure.what());
  }
}

void write_file(const std::filesystem::path& path, std::string_view contents) {
  try {
    io::remove_abandoned_temporaries(path);
    io::write_file_atomically(path, contents);
  } catch (const Error& failure) {
    throw OutputError(failure.what());
  }
}

void print_or_write(const std::string& destination, std::string_view text) {
  if (destination == "-") {
    print(text);
  } else {
    write_file(destination, text);
  }
}

}  // namespace fanin::cli
