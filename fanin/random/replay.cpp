#include "fanin/random/replay.hpp"

#include <limits>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/random/replay_numpy.hpp"
#include "fanin/random/replay_torch.hpp"

namespace fanin::random {
namespace {

[[noreturn]] void refuse(const char* what) {
  throw Error(ErrorCode::unsupported, "stream",
              std::string("NumPy's generators have no ") + what + " that a framework's initializer would use; take " +
                  "the stream torch, or fanin's own");
}

}  // namespace

void Replay::truncated_normal(const TruncatedNormal&, CutForm, std::span<float>) { refuse("truncated normal law"); }
void Replay::truncated_normal(const TruncatedNormal&, CutForm, std::span<double>) { refuse("truncated normal law"); }
std::vector<std::uint32_t> Replay::permutation(std::uint64_t) { refuse("permutation"); }

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
