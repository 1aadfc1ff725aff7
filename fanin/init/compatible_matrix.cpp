// What a tensor's values tell beyond their law: orthogonality, identities, and zeros in the same number for each input.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <optional>
#include <vector>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/orthogonal.hpp"
#include "fanin/init/audit.hpp"
#include "fanin/init/library_matrix.hpp"
#include "fanin/init/store.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

struct Tensor {
  const net::ParameterSpec& parameter;
  const Statistics& statistics;
  DType dtype;
  std::span<const std::byte> bytes;

  [[nodiscard]] double at(std::int64_t element) const {
    return load_one(bytes, dtype, static_cast<std::size_t>(element));
  }
};

std::string digits(double value, int count) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*g", count, value);
  return text.data();
}

double dot(const double* row, const std::vector<double>& x) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += row[i] * x[i];
  return sum;
}

/// sum += factor · row.
void add_multiple(const double* row, double factor, std::vector<double>& sum) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += factor * row[i];
}

/// How far a matrix of this type, orthogonal before its elements were rounded, answers a probe from gain²·x.
double probe_tolerance(DType dtype) {
  switch (dtype) {
    case DType::bf16: return 8e-3;
    case DType::f16: return 1e-3;
    default: return 2e-5;
  }
}

/// gain² where M Mᵀ (over the shorter side) is gain²·I. A random probe x is answered by gain²·x only then: for
/// independent elements the answer is off by √(k/n), k of n elements on the sides. Nothing also where that could not
/// be told from rounding.
std::optional<double> squared_gain(const std::vector<double>& matrix, std::int64_t rows, std::int64_t columns,
                                   DType dtype) {
  const auto k = static_cast<std::size_t>(std::min(rows, columns));
  const auto n = static_cast<std::size_t>(std::max(rows, columns));
  const double tolerance = probe_tolerance(dtype);
  const std::size_t fewest = tolerance < 1e-3 ? 2 : 4;
  if (k < fewest || std::sqrt(static_cast<double>(k) / static_cast<double>(n)) < 5 * tolerance) return std::nullopt;
  const bool wide = rows <= columns;  // the vectors are rows
  const auto lines = static_cast<std::size_t>(rows);
  const auto width = static_cast<std::size_t>(columns);
  double squared = 0;
  for (const char* name : {"audit probe 1", "audit probe 2"}) {
    std::vector<double> x(k);
    random::fill(random::Stream(1, name), 0, random::Law(random::Normal{}), std::span(x));
    std::vector<double> sum(n, 0.0);
    std::vector<double> z(k, 0.0);
    if (wide) {
      for (std::size_t r = 0; r < lines; ++r) add_multiple(&matrix[r * width], x[r], sum);
      for (std::size_t r = 0; r < lines; ++r) z[r] = dot(&matrix[r * width], sum);
    } else {
      for (std::size_t r = 0; r < lines; ++r) sum[r] = dot(&matrix[r * width], x);
      for (std::size_t r = 0; r < lines; ++r) add_multiple(&matrix[r * width], sum[r], z);
    }
    const double xx = dot(x.data(), x);
    const double xz = dot(x.data(), z);
    const double here = xz / xx;
    double off = 0;
    for (std::size_t v = 0; v < k; ++v) off += (z[v] - here * x[v]) * (z[v] - here * x[v]);
    if (!(here > 0) || std::sqrt(off / xx) > tolerance * here) return std::nullopt;
    if (squared > 0 && std::abs(here / squared - 1) > tolerance) return std::nullopt;
    squared = here;
  }
  return squared;
}

/// One block, or its elements at one tap where `tap` >= 0.
void read_block(const Tensor& tensor, const PackedLayout& layout, std::int64_t block, std::int64_t tap,
                std::vector<double>& matrix) {
  std::size_t i = 0;
  Place place{.block = block};
  for (place.out = 0; place.out < layout.outs(); ++place.out) {
    for (place.in = 0; place.in < layout.ins(); ++place.in) {
      for (place.tap = std::max<std::int64_t>(tap, 0); place.tap < (tap < 0 ? layout.taps() : tap + 1); ++place.tap) {
        matrix[i++] = tensor.at(layout.element(place));
      }
    }
  }
}

struct Orthogonality {
  double gain = 1;
  double error = 0;  ///< ‖QᵀQ - I‖ of the worst block
};

/// Nothing unless every block of the layout is orthogonal, with one gain for all; one tap only when `tap` >= 0.
std::optional<Orthogonality> orthogonality_of(const Tensor& tensor, const PackedLayout& layout, std::int64_t tap) {
  std::optional<double> shared;
  double worst = 0;
  const std::int64_t columns = layout.ins() * (tap < 0 ? layout.taps() : 1);
  std::vector<double> matrix(static_cast<std::size_t>(layout.outs() * columns));
  std::vector<float> unit(matrix.size());
  for (std::int64_t block = 0; block < layout.blocks(); ++block) {
    if (tap < 0 && layout.is_row_major()) {
      for (std::size_t i = 0; i < matrix.size(); ++i) {
        matrix[i] = tensor.at(block * layout.block_size() + static_cast<std::int64_t>(i));
      }
    } else {
      read_block(tensor, layout, block, tap, matrix);
    }
    const std::optional<double> here = squared_gain(matrix, layout.outs(), columns, tensor.dtype);
    if (!here || (shared && std::abs(*here / *shared - 1) > 2 * probe_tolerance(tensor.dtype))) return std::nullopt;
    if (!shared) shared = here;
    const double gain = std::sqrt(*here);
    std::transform(matrix.begin(), matrix.end(), unit.begin(),
                   [gain](double value) { return static_cast<float>(value / gain); });
    worst = std::max(worst, fanin::orthogonality_error(layout.outs(), columns, unit));
  }
  return shared ? std::optional(Orthogonality{std::sqrt(*shared), worst}) : std::nullopt;
}

/// "orthogonal", "orthogonal(gain=1.414)".
Compatible orthogonal_match(std::string_view name, const Orthogonality& found, DType dtype, std::string_view per_head,
                            Dialect dialect) {
  CallText text(name);
  if (std::abs(found.gain - 1) > probe_tolerance(dtype)) text.add("gain", digits(found.gain, 4));
  text.add_unless("per_head", per_head, "false");
  return {.rule = text.str(dialect), .certain = true, .orthogonality_error = found.error};
}

bool has_axis(const net::ParameterSpec& parameter, net::Axis axis) {
  for (const net::Dimension& dimension : parameter.dimensions) {
    for (const net::AxisFactor& factor : dimension) {
      if (factor.axis == axis) return true;
    }
  }
  return false;
}

std::optional<Compatible> find_orthogonal(const Tensor& tensor) {
  const net::ParameterSpec& parameter = tensor.parameter;
  if (const auto found = orthogonality_of(tensor, library_layout(Dialect::fanin, parameter), -1)) {
    return orthogonal_match("orthogonal", *found, tensor.dtype, "false", Dialect::fanin);
  }
  if (const auto found = orthogonality_of(tensor, library_layout(Dialect::pytorch, parameter), -1)) {
    return orthogonal_match("orthogonal", *found, tensor.dtype, "false", Dialect::pytorch);
  }
  if (!has_axis(parameter, net::Axis::head)) return std::nullopt;
  if (const auto found = orthogonality_of(tensor, library_layout(Dialect::fanin, parameter, true), -1)) {
    return orthogonal_match("orthogonal", *found, tensor.dtype, "true", Dialect::fanin);
  }
  return std::nullopt;
}

std::optional<Compatible> find_delta_orthogonal(const Tensor& tensor) {
  const PackedLayout layout = library_layout(Dialect::fanin, tensor.parameter);
  const std::int64_t all = layout.blocks() * layout.block_size();
  const auto zeros = static_cast<std::int64_t>(tensor.statistics.zeros);
  if (layout.taps() < 2 || zeros < all - all / layout.taps()) return std::nullopt;
  for (const bool lower : {false, true}) {
    const std::int64_t center = layout.center_tap(lower);
    bool elsewhere = false;
    for (std::int64_t i = 0; i < all && !elsewhere; ++i) {
      elsewhere = layout.at(i).tap != center && tensor.at(i) != 0;
    }
    if (elsewhere) continue;
    if (const auto found = orthogonality_of(tensor, layout, center)) {
      return orthogonal_match("delta_orthogonal", *found, tensor.dtype, "false", lower ? Dialect::jax : Dialect::fanin);
    }
  }
  return std::nullopt;
}

/// Whether a rule without randomness gives just these bytes.
bool gives(const std::string& text, const Tensor& tensor) {
  try {
    const Initializer rule = parse_initializer(text);
    const Initializer::Moments expected = rule.moments(tensor.parameter);
    const double found = tensor.statistics.variance;
    const double variance = expected.std_dev * expected.std_dev;
    if (expected.random || std::abs(found - variance) > 0.02 * variance) return false;
    std::vector<std::byte> values(tensor.bytes.size());
    rule.fill(tensor.parameter, {.dtype = tensor.dtype}, values);
    // By value: -0 is 0.
    for (std::size_t i = 0; i < values.size() / size_of(tensor.dtype); ++i) {
      if (load_one(values, tensor.dtype, i) != tensor.at(static_cast<std::int64_t>(i))) return false;
    }
    return true;
  } catch (const Error&) {
    return false;  // it needs axes that this tensor lacks
  }
}

std::vector<std::string> find_placed(const Tensor& tensor) {
  std::vector<std::string> found;
  if (tensor.statistics.variance == 0) return found;
  const auto take = [&](const std::string& text) {
    const bool match = gives(text, tensor);
    if (match) found.push_back(text);
    return match;
  };
  const std::string gain = number_text(tensor.statistics.max);
  const std::string identity = gain == "1" ? "identity" : "identity(gain=" + gain + ")";
  const std::string packed = gain == "1" ? "identity(dialect=pytorch)" : "identity(gain=" + gain + ", dialect=pytorch)";
  if (tensor.statistics.max > 0 && !take(identity)) (void)take(packed);
  if (has_axis(tensor.parameter, net::Axis::kernel) && !take("dirac")) (void)take("dirac(dialect=pytorch)");
  (void)take("zero_init");
  (void)take(tensor.statistics.max == 1 ? "forget_bias" : "forget_bias(value=" + gain + ")");
  return found;
}

/// The shortest fraction whose product with `outs`, rounded up as sparse rounds it, is `zeros`.
std::string sparsity_text(std::int64_t zeros, std::int64_t outs) {
  const auto n = static_cast<double>(outs);
  const double exact = static_cast<double>(zeros) / n;
  for (int count = 1; count < 16; ++count) {
    const std::string text = digits(exact, count);
    if (std::ceil(parse_number(text).value_or(0) * n) == static_cast<double>(zeros)) return text;
  }
  return number_text((static_cast<double>(zeros) - 0.5) / n);
}

std::optional<Compatible> find_sparse(const Tensor& tensor) {
  constexpr double kFewest = 30;  // values that a law can be seen in
  const PackedLayout layout = library_layout(Dialect::fanin, tensor.parameter);
  const std::int64_t columns = layout.blocks() * layout.ins() * layout.taps();
  const auto all = static_cast<std::int64_t>(tensor.statistics.zeros);
  if (all == 0 || columns < 2 || all % columns != 0 || all / columns >= layout.outs()) return std::nullopt;
  std::vector<std::int64_t> zeros(static_cast<std::size_t>(columns), 0);
  double moments[4] = {0, 0, 0, 0};
  const std::int64_t elements = layout.blocks() * layout.block_size();
  for (std::int64_t i = 0; i < elements; ++i) {
    const double value = tensor.at(i);
    const Place place = layout.at(i);
    const std::int64_t column = (place.block * layout.ins() + place.in) * layout.taps() + place.tap;
    if (value == 0) ++zeros[static_cast<std::size_t>(column)];
    double power = 1;
    for (double& moment : moments) moment += (power *= value);
  }
  if (std::any_of(zeros.begin(), zeros.end(), [&](std::int64_t z) { return z != all / columns; })) return std::nullopt;
  const auto n = static_cast<double>(elements - all);
  if (n < kFewest) return std::nullopt;
  const double variance = moments[1] / n;
  const double mean_z = moments[0] / n / std::sqrt(variance / n);
  const double kurtosis_z = (moments[3] / n / (variance * variance) - 3) / std::sqrt(24 / n);
  if (std::abs(mean_z) > 4 || std::abs(kurtosis_z) > 4) return std::nullopt;
  CallText text("sparse");
  text.add("sparsity", sparsity_text(all / columns, layout.outs()));
  const bool usual = std::abs(variance_z(variance / 1e-4, 3, static_cast<std::uint64_t>(n))) < 4;  // std 0.01
  if (!usual) text.add("std", digits(std::sqrt(variance), 3));
  return Compatible{.rule = text.str(), .certain = true};
}

}  // namespace

std::vector<Compatible> compatible_initializers(const net::ParameterSpec& parameter, const Statistics& statistics,
                                                DType dtype, std::span<const std::byte> values) {
  check_float(dtype);
  const auto count = static_cast<std::uint64_t>(parameter.shape().count());
  if (values.size() != count * size_of(dtype) || statistics.count != count) {
    throw Error(ErrorCode::bad_shape, parameter.name,
                std::to_string(values.size()) + " bytes and the statistics of " + std::to_string(statistics.count) +
                    " values were given for shape " + fanin::to_string(parameter.shape()) + " of " +
                    std::string(to_string(dtype)));
  }
  std::vector<Compatible> matches;
  if (count > 1 && statistics.non_finite == 0) {
    const Tensor tensor{parameter, statistics, dtype, values};
    for (std::string& text : find_placed(tensor)) matches.push_back({.rule = std::move(text), .certain = true});
    if (matches.empty() && parameter.has_fans()) {
      std::optional<Compatible> found = find_orthogonal(tensor);
      if (!found) found = find_delta_orthogonal(tensor);
      if (!found) found = find_sparse(tensor);
      if (found) matches.push_back(*found);
    }
  }
  for (Compatible& match : compatible_initializers(parameter, statistics)) matches.push_back(std::move(match));
  return matches;
}

}  // namespace fanin::init
