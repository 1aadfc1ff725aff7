#include "fanin/random/replay.hpp"

#include <limits>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/random/replay_numpy.hpp"
#include "fanin/random/replay_torch.hpp"

namespace fanin::random {

const std::vector<std::string>& replay_names() {
  static const std::vector<std::string> names = {"numpy", "numpy-pcg64", "torch"};
  return names;
}

std::unique_ptr<Replay> make_replay(std::string_view library, std::uint64_t seed) {
  if (library == "numpy") {
    if (seed > std::numeric_limits<std::uint32_t>::max()) {
      throw Error(
          ErrorCode::bad_value, "numpy",
          "the seed is " + std::to_string(seed) + "; np.random.seed takes 0 to 4294967295, numpy-pcg64 takes more");
    }
    return std::make_unique<NumpyRandomState>(static_cast<std::uint32_t>(seed));
  }
  if (library == "numpy-pcg64") return std::make_unique<NumpyGenerator>(seed);
  if (library == "torch") return std::make_unique<TorchGenerator>(seed);
  throw Error(ErrorCode::unknown_name, "stream",
              "no replayed stream '" + std::string(library) + "'; " + suggestion(library, replay_names()));
}

}  // namespace fanin::random
