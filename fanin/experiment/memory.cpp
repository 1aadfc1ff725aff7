#include "fanin/experiment/memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "fanin/experiment/machine/group_limits.hpp"

namespace fanin::experiment {

double training_bytes(const net::Graph& graph, const engine::Optimizer& optimizer, std::int64_t batch_size,
                      std::int64_t workers) {
  double activations = 0;  // per row
  for (const net::Node& node : graph.nodes()) activations += static_cast<double>(node.shape.count());
  // A parameter has its value, its gradient, its state, and its copy for the evaluation.
  const double copies = 3 + static_cast<double>(engine::state_slots(optimizer));
  const double floats =
      copies * static_cast<double>(graph.parameter_count()) + 2 * activations * static_cast<double>(batch_size);
  return static_cast<double>(sizeof(float)) * floats * static_cast<double>(workers);
}

double machine_bytes(const std::filesystem::path& system_root) {
  const double allowed = look_at_groups(system_root).memory;
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page = ::sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page <= 0) return allowed;
  return std::min(allowed, static_cast<double>(pages) * static_cast<double>(page));
}

std::string in_gigabytes(double bytes) {
  constexpr double kWhole = 10;  // from here on a decimal says nothing
  std::array<char, 40> text{};
  const double count = bytes / 1e9;
  std::snprintf(text.data(), text.size(), "%.*f GB", count < kWhole ? 1 : 0, count);
  return text.data();
}

}  // namespace fanin::experiment
