// The law of one element of a tensor, for every scheme whose elements are independent draws: what
// remains of a scheme once a tensor's fans are known. Filling, standard deviation, kurtosis and
// explanation all read it, so they cannot disagree.
//
//     const init::Law law = random::Normal{.mean = 0, .std_dev = 0.05};
//     init::draw(law, random::Stream(1, "layer1.weight"), {.first = 0}, std::as_writable_bytes(values));
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>

#include "fanin/core/dtype.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::init {

/// Every element has this value.
struct Constant {
  double value = 0;
};

using Law = std::variant<Constant, random::Uniform, random::Normal, random::TruncatedNormal>;

struct Draw {
  std::uint64_t first = 0;  ///< element of the stream
  DType dtype = DType::f32;
  unsigned threads = 1;
};

/// Elements first, first + 1, … of the stream under `law`; a constant reads no randomness.
/// @param out  raw elements of the type.
/// @throws Error bad_value for parameters outside their domain, unsupported (not a float type).
void draw(const Law& law, const random::Stream& stream, const Draw& request, std::span<std::byte> out);

double mean(const Law& law);
/// Of the values drawn: after the cut for a truncated normal.
double std_dev(const Law& law);
/// Fourth central moment over the squared variance, 3 for a normal law; 1 for a constant.
double kurtosis(const Law& law);
/// "U[-0.05, 0.05)", "N(0, 0.02²)", "N(0, 0.02²) cut at ±2 std", "0".
std::string to_string(const Law& law);

/// The fourth central moment of z ~ N(0, 1) given low <= z <= high, over the squared variance.
/// @param low, high  finite or infinite, low < high.
/// @accuracy         relative error below 1e-10, also in far tails (asserted for cuts up to 30).
double truncated_kurtosis(double low, double high);

}  // namespace fanin::init
