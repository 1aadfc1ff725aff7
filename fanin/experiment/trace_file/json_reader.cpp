#include "fanin/experiment/trace_file/json_reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace fanin::experiment::trace_file {
namespace {

constexpr std::size_t kShown = 40;
constexpr std::size_t kMostBins = 1024;
constexpr std::int64_t kMostExtent = 4096;  // of a picture of weights

std::string shown(const ReadJson& json) {
  if (json.is_array()) return "an array";
  if (json.is_object()) return "an object";
  // Escaped, so that nothing of a hostile file reaches a terminal as it is.
  std::string text = json.dump(-1, ' ', true, ReadJson::error_handler_t::replace);
  if (text.size() > kShown) text = text.substr(0, kShown) + "…";
  return text;
}

}  // namespace

std::string Path::text() const {
  const std::string before = outer == nullptr ? std::string() : outer->text();
  if (name == nullptr) return outer == nullptr ? before : before + "[" + std::to_string(index) + "]";
  return before.empty() ? name : before + "." + name;
}

void Path::fail(const std::string& message) const {
  const std::string place = text();
  throw Fault{place.empty() ? message : place + ": " + message};
}

void read_value(const ReadJson& json, const Path& path, std::int64_t& value) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const bool fits = json.is_number_integer() && (!json.is_number_unsigned() || json.get<std::uint64_t>() <= kMost);
  if (!fits) path.fail("must be a whole number below 2^63, not " + shown(json));
  value = json.get<std::int64_t>();
}

void read_value(const ReadJson& json, const Path& path, int& value) {
  std::int64_t wide = 0;
  read_value(json, path, wide);
  if (wide < 0 || wide > std::numeric_limits<int>::max()) path.fail(std::to_string(wide) + " is out of range");
  value = static_cast<int>(wide);
}

void read_value(const ReadJson& json, const Path& path, std::size_t& value) {
  std::int64_t wide = 0;
  read_value(json, path, wide);
  if (wide < 0) path.fail("must not be negative, but is " + std::to_string(wide));
  value = static_cast<std::size_t>(wide);
}

void read_value(const ReadJson& json, const Path& path, double& value) {
  if (json.is_number()) {
    value = json.get<double>();
  } else if (json == "nan") {
    value = std::numeric_limits<double>::quiet_NaN();
  } else if (json == "inf") {
    value = std::numeric_limits<double>::infinity();
  } else if (json == "-inf") {
    value = -std::numeric_limits<double>::infinity();
  } else {
    path.fail(R"(must be a number, "nan", "inf" or "-inf", not )" + shown(json));
  }
}

void read_value(const ReadJson& json, const Path& path, float& value) {
  double wide = 0;
  read_value(json, path, wide);
  if (std::isfinite(wide) && std::abs(wide) > static_cast<double>(std::numeric_limits<float>::max())) {
    path.fail("must be within single precision, not " + shown(json));
  }
  value = static_cast<float>(wide);
}

void read_value(const ReadJson& json, const Path& path, bool& value) {
  if (!json.is_boolean()) path.fail("must be true or false, not " + shown(json));
  value = json.get<bool>();
}

void read_value(const ReadJson& json, const Path& path, std::string& value) {
  if (!json.is_string()) path.fail("must be a text, not " + shown(json));
  value = json.get<std::string>();
  const auto control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; };
  if (std::ranges::any_of(value, control)) path.fail("holds a control character: " + shown(json));
}

void read_value(const ReadJson& json, const Path& path, net::ParameterRole& value) {
  using enum net::ParameterRole;
  constexpr std::array kRoles{weight, bias, scale, shift, embedding, recurrent};
  std::string text;
  read_value(json, path, text);
  const auto* const found = std::ranges::find(kRoles, text, [](net::ParameterRole role) { return to_string(role); });
  if (found == kRoles.end()) {
    path.fail("there is no role " + shown(json) + "; there are weight, bias, scale, shift, embedding and recurrent");
  }
  value = *found;
}

void read_value(const ReadJson& json, const Path& path, TensorStatistics& value) {
  expect_object(json, path);
  value = {};
  FieldReader reader(json, path);
  visit_fields(value, reader);
  const auto fits = [&](std::int64_t part) { return part >= 0 && part <= value.count; };
  const bool sound = fits(value.nan_count) && fits(value.infinity_count) && fits(value.zero_count) &&
                     fits(value.positive_count) && fits(value.saturated_count) &&
                     value.nan_count <= value.count - value.infinity_count &&
                     value.zero_count <= value.count - value.positive_count && value.first_non_finite >= -1 &&
                     value.first_non_finite < value.count;
  if (!sound) path.fail("the counts contradict each other: each must be from 0 to count, " + shown(json["count"]));
}

void read_value(const ReadJson& json, const Path& path, observe::Histogram& value) {
  expect_object(json, path);
  value = {};
  FieldReader reader(json, path);
  visit_fields(value, reader);
  if (value.counts.empty() || value.counts.size() > kMostBins) {
    path.fail("counts: there must be 1 to " + std::to_string(kMostBins) + " of them, not " +
              std::to_string(value.counts.size()));
  }
  if (!std::isfinite(value.low) || !std::isfinite(value.high) || value.low > value.high) {
    path.fail("low and high must be finite numbers, low not above high");
  }
  std::int64_t left = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t count : value.counts) {
    if (count < 0 || count > left) path.fail("counts: one is negative, or their sum is 2^63 or more");
    left -= count;
  }
}

void read_value(const ReadJson& json, const Path& path, observe::FilterPictures& value) {
  expect_object(json, path);
  value = {};
  FieldReader reader(json, path);
  visit_fields(value, reader);
  const auto fits = [](std::int64_t extent) { return extent >= 1 && extent <= kMostExtent; };
  if (!fits(value.units) || !fits(value.height) || !fits(value.width) || (value.channels != 1 && value.channels != 3)) {
    path.fail("units, height and width must be 1 to " + std::to_string(kMostExtent) + ", channels 1 or 3");
  }
  const auto count = static_cast<std::size_t>(value.units * value.channels * value.height * value.width);
  if (value.start.size() != count || value.end.size() != count) {
    path.fail("start and end must have units * channels * height * width = " + std::to_string(count) + " values each");
  }
}

void expect_object(const ReadJson& json, const Path& path) {
  if (!json.is_object()) path.fail("must be an object, not " + shown(json));
}

void expect_array(const ReadJson& json, const Path& path) {
  if (!json.is_array()) path.fail("must be an array, not " + shown(json));
}

}  // namespace fanin::experiment::trace_file
