// Private to this folder: members of a JSON object read into a trace's structs, each with its type and range. Nothing
// is trusted: a fault names the member's path ("nodes[3].output.count"), and memory is taken for what is there only.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "fanin/experiment/trace_file/fields.hpp"

namespace fanin::experiment::trace_file {

using ReadJson = nlohmann::json;

/// What is wrong with a line; the parser adds file, line and offset.
struct Fault {
  std::string message;
};

/// Where a value stands in its line; spelled out only for a message.
struct Path {
  const Path* outer = nullptr;
  const char* name = nullptr;  ///< of a member; else an index
  std::size_t index = 0;

  [[nodiscard]] std::string text() const;
  [[noreturn]] void fail(const std::string& message) const;
};

void read_value(const ReadJson& json, const Path& path, std::int64_t& value);
void read_value(const ReadJson& json, const Path& path, int& value);
void read_value(const ReadJson& json, const Path& path, std::size_t& value);
void read_value(const ReadJson& json, const Path& path, double& value);
void read_value(const ReadJson& json, const Path& path, float& value);
void read_value(const ReadJson& json, const Path& path, bool& value);
/// Refuses control characters: names end up on terminals.
void read_value(const ReadJson& json, const Path& path, std::string& value);
void read_value(const ReadJson& json, const Path& path, net::ParameterRole& value);
/// Also checks the counts against each other.
void read_value(const ReadJson& json, const Path& path, TensorStatistics& value);
/// Also checks its ends, its counts and their number.
void read_value(const ReadJson& json, const Path& path, observe::Histogram& value);
/// Also checks its extents, and that its values are as many.
void read_value(const ReadJson& json, const Path& path, observe::FilterPictures& value);
void expect_object(const ReadJson& json, const Path& path);
void expect_array(const ReadJson& json, const Path& path);

template <typename T>
void read_value(const ReadJson& json, const Path& path, std::optional<T>& value);
template <typename T>
void read_value(const ReadJson& json, const Path& path, std::vector<T>& value);
template <typename T>
requires std::is_aggregate_v<T>
void read_value(const ReadJson& json, const Path& path, T& value);

/// The visitor of fields.hpp. A member that is absent, or null, keeps its value.
class FieldReader final {
 public:
  FieldReader(const ReadJson& json, const Path& path) : json_(json), path_(path) {}

  template <typename T>
  void operator()(const char* name, T& value) const {
    if (!read(name, value)) path_.fail("'" + std::string(name) + "' is missing");
  }
  template <typename T>
  void operator()(const char* name, T& value, Always /*always*/) const {
    read(name, value);
  }
  template <typename T>
  void operator()(const char* name, T& value, const T& /*fallback*/) const {
    read(name, value);
  }

 private:
  template <typename T>
  bool read(const char* name, T& value) const {
    const auto found = json_.find(name);
    if (found == json_.end() || found->is_null()) return false;
    read_value(*found, Path{&path_, name}, value);
    return true;
  }

  const ReadJson& json_;
  const Path& path_;
};

template <typename T>
void read_value(const ReadJson& json, const Path& path, std::optional<T>& value) {
  read_value(json, path, value.emplace());
}

template <typename T>
void read_value(const ReadJson& json, const Path& path, std::vector<T>& value) {
  expect_array(json, path);
  value.clear();
  for (std::size_t i = 0; i < json.size(); ++i) read_value(json[i], Path{&path, nullptr, i}, value.emplace_back());
}

template <typename T>
requires std::is_aggregate_v<T>
void read_value(const ReadJson& json, const Path& path, T& value) {
  expect_object(json, path);
  value = T{};
  FieldReader reader(json, path);
  visit_fields(value, reader);
}

}  // namespace fanin::experiment::trace_file
