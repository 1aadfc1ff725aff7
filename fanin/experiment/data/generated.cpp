#include "fanin/experiment/data/generated.hpp"

#include <array>
#include <charconv>

#include "fanin/core/error.hpp"

namespace fanin::experiment {
namespace {

constexpr std::int64_t kMaxPoints = 10'000'000;
constexpr std::int64_t kMaxValues = std::int64_t{1} << 28;

[[noreturn]] void out_of_range(std::string_view name, std::string_view argument, const std::string& found,
                               const std::string& low, const std::string& high) {
  throw Error(ErrorCode::bad_value, "data set " + std::string(name),
              std::string(argument) + "=" + found + " is outside [" + low + ", " + high + "]");
}

GeneratedSize read_sizes(CallReader& reader, std::string_view name, const GeneratedSize& defaults, const char* train,
                         const char* test) {
  GeneratedSize size;
  size.points = checked(name, train, reader.integer(train, defaults.points), 2, kMaxPoints);
  size.test_points = checked(name, test, reader.integer(test, defaults.test_points), 2, kMaxPoints);
  const std::int64_t seed = reader.integer("seed", static_cast<std::int64_t>(defaults.seed));
  size.seed = static_cast<std::uint64_t>(checked(name, "seed", seed, 0, INT64_MAX));
  return size;
}

}  // namespace

std::string short_text(double value) {
  std::array<char, 32> text{};
  const auto [end, status] = std::to_chars(text.data(), text.data() + text.size(), value);
  FANIN_ASSERT(status == std::errc());
  return std::string(text.data(), end);
}

std::int64_t checked(std::string_view name, std::string_view argument, std::int64_t value, std::int64_t low,
                     std::int64_t high) {
  if (value >= low && value <= high) return value;
  out_of_range(name, argument, std::to_string(value), std::to_string(low), std::to_string(high));
}

double checked(std::string_view name, std::string_view argument, double value, double low, double high) {
  if (value >= low && value <= high) return value;
  out_of_range(name, argument, short_text(value), short_text(low), short_text(high));
}

GeneratedSize read_size(CallReader& reader, std::string_view name, const GeneratedSize& defaults) {
  return read_sizes(reader, name, defaults, "points", "test_points");
}

GeneratedSize read_rows(CallReader& reader, std::string_view name, const GeneratedSize& defaults) {
  return read_sizes(reader, name, defaults, "rows", "test_rows");
}

std::string size_text(const GeneratedSize& size, std::string_view train_key, std::string_view test_key) {
  std::string text(train_key);
  text.append("=").append(std::to_string(size.points)).append(", ");
  text.append(test_key).append("=").append(std::to_string(size.test_points));
  return text.append(", seed=").append(std::to_string(size.seed));
}

void check_volume(std::string_view name, const GeneratedSize& size, std::int64_t features) {
  if (size.points <= kMaxValues / features && size.test_points <= kMaxValues / features) return;
  throw Error(ErrorCode::bad_value, "data set " + std::string(name),
              "more than 2^28 input values; ask for fewer rows or smaller ones");
}

std::vector<float> normal_values(std::uint64_t seed, std::string_view stream, std::size_t count, double factor) {
  std::vector<float> values(count);
  random::fill_normal(random::Stream(seed, stream), 0, {.mean = 0, .std_dev = factor}, values);
  return values;
}

std::vector<float> uniform_values(std::uint64_t seed, std::string_view stream, std::size_t count) {
  std::vector<float> values(count);
  random::fill_uniform(random::Stream(seed, stream), 0, {.low = 0, .high = 1}, values);
  return values;
}

}  // namespace fanin::experiment
