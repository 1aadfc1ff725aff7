// Fills a tensor that belongs to another program by a rule of the literature, whole and in part, and checks its size.
// Links one room, fanin::init, and with it what that room uses; no engine, no data.
#include <cstdio>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/init/initializer.hpp"
#include "fanin/net/activation.hpp"
#include "fanin/theory/gain.hpp"

int main() {
  using fanin::net::Axis;

  // A tensor is described, not allocated: which axis is fan-out and which fan-in cannot be told from a shape.
  fanin::net::ParameterSpec spec;
  spec.name = "encoder.weight";  // selects the random numbers, together with the seed
  spec.role = fanin::net::ParameterRole::weight;
  spec.dimensions = {{{Axis::out, 256}}, {{Axis::in, 784}}};

  const auto he = fanin::init::parse_initializer("he_normal(gain=gelu)");
  std::vector<float> weights(256 * 784);
  he.fill(spec, /*seed=*/1, /*first=*/0, weights);

  // Any part gives the same numbers: what a process needs that holds one shard of a large tensor.
  std::vector<float> part(3);
  he.fill(spec, /*seed=*/1, /*first=*/100000, part);

  const double gain = fanin::theory::forward_gain(fanin::net::parse_activation("gelu"));
  std::printf("gain of gelu %.4f\n", gain);

  double sum_of_squares = 0;
  for (const float weight : weights) sum_of_squares += double{weight} * double{weight};
  std::printf("std by formula %.5f, mean square of the values over its square %.3f\n", he.std_dev(spec),
              sum_of_squares / (256 * 784 * he.std_dev(spec) * he.std_dev(spec)));
  std::printf("element 100000: %.9f in the whole, %.9f in the part\n", double{weights[100000]}, double{part[0]});

  try {
    (void)fanin::init::parse_initializer("he_norm");
  } catch (const fanin::Error& error) {
    std::printf("%s\n", error.what());
  }
  return weights[100000] == part[0] ? 0 : 1;
}
