// The law of one element of a tensor, for every scheme whose elements are independent draws: what
// remains of a scheme once a tensor's fans are known. Filling, standard deviation, kurtosis and
// explanation all read it, so they cannot disagree.
//
//     const init::Law law = random::Normal{.mean = 0, .std_dev = 0.05};
//     init::draw(law, random::Stream(1, "layer1.weight"), /*first=*/0, values);
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>

#include "fanin/random/stream.hpp"

namespace fanin::init {

/// Every element has this value.
struct Constant {
  double value = 0;
};

using Law = std::variant<Constant, random::Uniform, random::Normal, random::TruncatedNormal>;

/// Elements first, first + 1, … of the stream under `law`; a constant reads no randomness.
/// @throws Error bad_value for parameters outside their domain.
void draw(const Law& law, const random::Stream& stream, std::uint64_t first, std::span<float> out);

double mean(const Law& law);
/// Of the values drawn: after the cut for a truncated normal.
double std_dev(const Law& law);
/// Fourth central moment over the squared variance, 3 for a normal law; 1 for a constant.
double kurtosis(const Law& law);
/// "U[-0.05, 0.05)", "N(0, 0.02²)", "N(0, 0.02²) cut at ±2 std", "0".
std::string to_string(const Law& law);

/// Mean, variance and fourth central moment of z ~ N(0, 1) given low <= z <= high.
/// @param low, high  finite or infinite, low < high.
/// @accuracy         relative error of `variance` and `fourth` below 1e-10, also in far tails
///                   (asserted for cuts up to 30): Gauss–Legendre panels, no differences of tail masses.
struct TruncatedMoments {
  double mean = 0;
  double variance = 1;
  double fourth = 3;
};
TruncatedMoments truncated_moments(double low, double high);

}  // namespace fanin::init
