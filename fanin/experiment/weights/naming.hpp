// What the tensors of somebody else's file are, judged by their names and shapes as PyTorch, Hugging
// Face, timm and Keras write them: which axis is input and which is output decides every fan. What a name
// does not tell is asked for, never guessed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fanin/experiment/weights/weight_file.hpp"
#include "fanin/net/parameter.hpp"

namespace fanin::experiment {

struct NamedTensor {
  net::ParameterSpec parameter;
  std::string role;      ///< one of tensor_roles()
  std::string reason;    ///< "its name holds 'norm'"
  bool by_hand = false;  ///< the role was given, not guessed
};

/// A tensor whose values are not drawn but kept: a mask, a counter, integers.
inline constexpr std::string_view kKeepRole = "keep";

/// What can stand in --role: "dense", "conv", "bias", …, each with its axes.
struct TensorRole {
  std::string_view name;
  std::string_view axes;  ///< "[out, in]"
};
const std::vector<TensorRole>& tensor_roles();

/// "PATTERN=ROLE"; the pattern may hold * (anything) and ? (one character) and must match a whole name.
struct RoleRule {
  std::string pattern;
  std::string role;
};
/// @throws Error bad_syntax, unknown_name.
RoleRule parse_role_rule(std::string_view text);
bool matches(std::string_view pattern, std::string_view name) noexcept;

/// What happens to a tensor whose role is not clear: an error, or the role "unknown" without fans.
enum class Unclear { refused, allowed };

/// The role of every tensor, in the same order; rules given by hand come first, the last that matches counting.
/// @throws Error bad_value naming the tensors whose role is not clear, or a rule that matches none; bad_shape for a
///         role that does not fit its shape.
std::vector<NamedTensor> name_tensors(const std::vector<StoredTensor>& tensors, const std::vector<RoleRule>& rules,
                                      Unclear policy = Unclear::refused);

/// The tensor's axes under a role. @throws Error bad_shape.
net::ParameterSpec with_role(std::string_view name, const Shape& shape, std::string_view role);

}  // namespace fanin::experiment
