#include "fanin/experiment/trace_file/lines.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <type_traits>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/experiment/json_text.hpp"
#include "fanin/experiment/trace_file/fields.hpp"
#include "fanin/experiment/training/settings_json.hpp"
#include "fanin/net/toml_network.hpp"

namespace fanin::experiment::trace_file {
namespace {

template <typename T>
Json to_json(const T& value);

/// Collects the members that differ from their fallbacks.
class FieldWriter final {
 public:
  explicit FieldWriter(Json& json) : json_(json) {}

  template <typename T>
  void operator()(const char* name, const T& value) {
    json_[name] = to_json(value);
  }
  template <typename T>
  void operator()(const char* name, const T& value, Always /*always*/) {
    json_[name] = to_json(value);
  }
  template <typename T>
  void operator()(const char* name, const T& value, const T& fallback) {
    Json json = to_json(value);
    if (json != to_json(fallback)) json_[name] = std::move(json);
  }

 private:
  Json& json_;
};

template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};

/// The shortest decimal that is the same float again, as a double.
double decimal(float value) {
  if (!std::isfinite(value)) return static_cast<double>(value);
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  double wide = 0;
  std::from_chars(text.data(), end, wide);
  return wide;
}

template <typename T>
Json to_json(const T& value) {
  if constexpr (std::is_same_v<T, double>) {
    return exact_number(value);
  } else if constexpr (std::is_same_v<T, float>) {
    return exact_number(decimal(value));
  } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
    return value;
  } else if constexpr (std::is_same_v<T, net::ParameterRole>) {
    return net::to_string(value);
  } else if constexpr (IsOptional<T>::value) {
    return value ? to_json(*value) : Json(nullptr);
  } else if constexpr (IsVector<T>::value) {
    Json json = Json::array();
    for (const auto& element : value) json.push_back(to_json(element));
    return json;
  } else {
    Json json = Json::object();
    FieldWriter writer(json);
    visit_fields(value, writer);
    return json;
  }
}

// A name may hold bytes that are no UTF-8; they become U+FFFD.
std::string line_of(const Json& json) { return json_line(json) + "\n"; }

/// Not every graph has a text; the nodes and parameters say what matters.
std::optional<std::string> network_text(const observe::Trace& trace) {
  if (!trace.graph) return std::nullopt;
  try {
    return net::to_toml(*trace.graph);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::unsupported) throw;
    return std::nullopt;
  }
}

}  // namespace

std::string header_line(const observe::Trace& trace) {
  Json json;
  json["record"] = "header";
  json["format"] = kFormat;
  FieldWriter writer(json);
  visit_header(trace, writer);
  if (const auto text = network_text(trace)) json["network"] = *text;
  return line_of(json);
}

std::string step_line(const observe::TraceStep& step) {
  Json json;
  json["record"] = "step";
  FieldWriter writer(json);
  visit_fields(step, writer);
  return line_of(json);
}

std::string facts_line(const observe::Trace& trace) {
  Json json;
  json["record"] = "facts";
  FieldWriter writer(json);
  visit_facts(trace, writer);
  return line_of(json);
}

std::string end_line(const observe::Trace& trace) {
  Json json;
  json["record"] = "end";
  FieldWriter writer(json);
  visit_end(trace, writer);
  return line_of(json);
}

}  // namespace fanin::experiment::trace_file
