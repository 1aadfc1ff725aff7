// Which rule draws which tensor of somebody else's file. An initializer needs the tensors' roles only; of the
// schemes for whole networks, those can be used for which names and roles tell enough. Private to this room.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fanin/experiment/weights/naming.hpp"
#include "fanin/experiment/weights/plan.hpp"

namespace fanin::experiment {

struct TensorRule {
  init::Initializer rule;
  std::string reason = {};  ///< "residual projection, ÷√24"; empty where the role alone decides
};

struct LikeRules {
  std::string scheme;                            ///< canonical text
  std::vector<std::optional<TensorRule>> rules;  ///< of every tensor; nothing where it keeps its values
};

/// @throws Error as the parsers of the texts; unsupported for a scheme that needs the network's graph, and for one
///         that misses a tensor, with the way out.
LikeRules rules_like(const LikeRequest& request, const std::vector<NamedTensor>& tensors);

/// Whether a weight of this name ends a residual branch, as GPT-2, LLaMA, NeoX, BERT, OPT, ViT, T5 and their kin
/// name it: "h.0.attn.c_proj.weight". Without a layer's number it does not: a classifier has an out_proj too.
bool ends_residual_branch(std::string_view name);

}  // namespace fanin::experiment
