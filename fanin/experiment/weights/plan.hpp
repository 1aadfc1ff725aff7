// What a file of fresh weights will hold: every tensor with its type and the rule that draws it.
// Planned from a network's description, or from the tensors of a file that exists.
//
//     const experiment::WeightPlan plan = experiment::plan_network({.net = "784-256-128-10"});
//     experiment::write_weights(plan, {.path = "weights.safetensors"});
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/core/dtype.hpp"
#include "fanin/init/initializer.hpp"
#include "fanin/init/network_scheme.hpp"
#include "fanin/net/network_context.hpp"
#include "fanin/net/parameter.hpp"

namespace fanin::experiment {

class WeightFile;

/// Whose random numbers are drawn.
enum class StreamKind {
  fanin,        ///< element-addressable: see random/stream.hpp
  numpy,        ///< np.random.seed and RandomState: MT19937
  numpy_pcg64,  ///< np.random.default_rng
  torch,        ///< torch.manual_seed on the CPU
};

std::string_view to_string(StreamKind stream) noexcept;
/// "fanin", "numpy", "numpy-pcg64", "torch". @throws Error unknown_name.
StreamKind parse_stream(std::string_view text);

struct PlannedTensor {
  net::ParameterSpec parameter;  ///< its name selects the random stream
  DType dtype = DType::f32;
  std::optional<init::Initializer> rule;  ///< nothing: the values are copied from WeightPlan::source
  std::string role;                       ///< "weight", "bias", …, as people name it
  std::string reason;                     ///< where the role or the rule comes from, or empty
  double learning_rate_factor = 1;        ///< that the scheme asks for
};

struct WeightPlan {
  std::vector<PlannedTensor> tensors;  ///< in the order of the network, or of the file
  std::uint64_t seed = 1;
  StreamKind stream = StreamKind::fanin;
  init::Dialect dialect = init::Dialect::fanin;
  std::string scheme;                             ///< canonical text of the initialization
  std::vector<init::NodeMultiplier> multipliers;  ///< that the scheme asks for
  std::string network;                            ///< "784-256-128-10", or the file whose tensors are redrawn
  std::shared_ptr<const WeightFile> source;       ///< null unless values are copied

  [[nodiscard]] std::uint64_t bytes() const;
  /// @throws Error unknown_name with the nearest names.
  [[nodiscard]] const PlannedTensor& find(std::string_view name) const;
};

struct NetworkRequest {
  std::string net = "784-256-128-10";  ///< as load_network takes it
  net::NetworkContext context = {};    ///< what `net` leaves open
  std::string init = "he_normal";      ///< an initializer, or a scheme for the whole network
  std::uint64_t seed = 1;
  DType dtype = DType::f32;
  init::Dialect dialect = init::Dialect::fanin;
  StreamKind stream = StreamKind::fanin;
};

/// @throws Error unknown_name, bad_syntax, bad_value, bad_shape, unsupported.
WeightPlan plan_network(const NetworkRequest& request);

struct LikeRequest {
  std::string file;  ///< .safetensors, its .index.json, or .npz
  /// An initializer, for weights and recurrent weights; or roles, gpt2, irnn, pytorch_default, keras_default.
  std::string init = "he_normal";
  std::string embedding_init = {};      ///< for embeddings and positions; empty: as `init`
  std::vector<std::string> roles = {};  ///< "PATTERN=ROLE": see naming.hpp
  std::optional<DType> dtype = {};      ///< nothing: each tensor's own
  std::uint64_t seed = 1;
  init::Dialect dialect = init::Dialect::fanin;
  StreamKind stream = StreamKind::fanin;
};

/// Fresh values for the tensors of a file: biases start at 0, scales at 1; masks, counters and other
/// integers keep their values.
/// @throws Error as plan_network and name_tensors; missing_data, bad_data; unsupported for another whole-network
/// scheme.
WeightPlan plan_like(const LikeRequest& request);

/// Everything that decides the values, for a file's header: a partial file of another recipe is not
/// continued.
std::map<std::string, std::string> recipe_of(const WeightPlan& plan);

/// Refuses what could only fail half-way: a rule that needs fans a tensor lacks, an element type no rule
/// writes, a tensor that must be drawn whole and does not fit in memory.
/// @throws Error bad_shape, unsupported, bad_value.
void check_plan(const WeightPlan& plan);

}  // namespace fanin::experiment
