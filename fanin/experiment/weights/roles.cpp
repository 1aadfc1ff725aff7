#include <string>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/experiment/weights/naming.hpp"

namespace fanin::experiment {
namespace {

using net::Axis;
using net::Dimension;
using net::ParameterRole;

constexpr std::size_t kAnyRank = 0;

struct RoleLayout {
  TensorRole role;
  ParameterRole parameter;
  std::size_t least_rank;
  std::size_t most_rank;
  std::vector<Dimension> (*dimensions)(const Shape& shape);
};

Dimension one(Axis axis, std::int64_t extent) { return {{axis, extent}}; }

/// `gates` matrices packed along an axis. An extent they do not divide shows as an empty dimension.
Dimension packed(std::int64_t gates, std::int64_t extent, Axis units = Axis::out) {
  if (extent % gates != 0) return {};
  return {{Axis::gate, gates}, {units, extent / gates}};
}

std::vector<Dimension> all(const Shape& shape, Axis axis) {
  std::vector<Dimension> dimensions;
  for (const std::int64_t extent : shape.extents()) dimensions.push_back(one(axis, extent));
  return dimensions;
}

std::vector<Dimension> kernel_last(Dimension first, Dimension second, const Shape& shape) {
  std::vector<Dimension> dimensions{std::move(first), std::move(second)};
  for (std::size_t axis = 2; axis < shape.rank(); ++axis) dimensions.push_back(one(Axis::kernel, shape[axis]));
  return dimensions;
}

std::vector<Dimension> channels_last(const Shape& shape) {
  std::vector<Dimension> dimensions;
  for (std::size_t axis = 0; axis + 2 < shape.rank(); ++axis) dimensions.push_back(one(Axis::kernel, shape[axis]));
  dimensions.push_back(one(Axis::in, shape[shape.rank() - 2]));
  dimensions.push_back(one(Axis::out, shape[shape.rank() - 1]));
  return dimensions;
}

std::vector<Dimension> table(const Shape& shape, Axis rows) {
  std::vector<Dimension> dimensions = all(shape, rows);
  dimensions.back() = one(Axis::out, shape[shape.rank() - 1]);
  return dimensions;
}

template <std::int64_t gates>
std::vector<Dimension> gates_first(const Shape& shape) {
  return {packed(gates, shape[0]), one(Axis::in, shape[1])};
}

template <std::int64_t gates>
std::vector<Dimension> gates_last(const Shape& shape) {
  return {one(Axis::in, shape[0]), packed(gates, shape[1])};
}

std::vector<Dimension> out_in(const Shape& shape) { return {one(Axis::out, shape[0]), one(Axis::in, shape[1])}; }
std::vector<Dimension> in_out(const Shape& shape) { return {one(Axis::in, shape[0]), one(Axis::out, shape[1])}; }

const std::vector<RoleLayout>& layouts() {
  static const std::vector<RoleLayout> kLayouts{
      {{"dense", "[out, in]"}, ParameterRole::weight, 2, 2, out_in},
      {{"dense_in_out", "[in, out]"}, ParameterRole::weight, 2, 2, in_out},
      {{"residual", "[out, in], the end of a residual branch"}, ParameterRole::weight, 2, 2, out_in},
      {{"residual_in_out", "[in, out], the end of a residual branch"}, ParameterRole::weight, 2, 2, in_out},
      {{"conv", "[out, in, kernel...]"},
       ParameterRole::weight,
       3,
       5,
       [](const Shape& s) { return kernel_last(one(Axis::out, s[0]), one(Axis::in, s[1]), s); }},
      {{"conv_channels_last", "[kernel..., in, out]"}, ParameterRole::weight, 3, 5, channels_last},
      {{"conv_transpose", "[in, out, kernel...]"},
       ParameterRole::weight,
       3,
       5,
       [](const Shape& s) { return kernel_last(one(Axis::in, s[0]), one(Axis::out, s[1]), s); }},
      {{"depthwise", "[groups, 1, kernel...]"},
       ParameterRole::weight,
       3,
       5,
       [](const Shape& s) {
         return kernel_last({{Axis::group, s[0]}, {Axis::out, 1}}, s[1] == 1 ? one(Axis::in, 1) : Dimension{}, s);
       }},
      {{"qkv", "[3*out, in]"}, ParameterRole::weight, 2, 2, gates_first<3>},
      {{"qkv_in_out", "[in, 3*out]"}, ParameterRole::weight, 2, 2, gates_last<3>},
      {{"lstm", "[4*out, in]"}, ParameterRole::weight, 2, 2, gates_first<4>},
      {{"gru", "[3*out, in]"}, ParameterRole::weight, 2, 2, gates_first<3>},
      {{"lstm_recurrent", "[4*out, in]"}, ParameterRole::recurrent, 2, 2, gates_first<4>},
      {{"gru_recurrent", "[3*out, in]"}, ParameterRole::recurrent, 2, 2, gates_first<3>},
      {{"recurrent", "[out, in]"}, ParameterRole::recurrent, 2, 2, out_in},
      {{"lstm_in_out", "[in, 4*out]"}, ParameterRole::weight, 2, 2, gates_last<4>},
      {{"gru_in_out", "[in, 3*out]"}, ParameterRole::weight, 2, 2, gates_last<3>},
      {{"lstm_recurrent_in_out", "[in, 4*out]"}, ParameterRole::recurrent, 2, 2, gates_last<4>},
      {{"gru_recurrent_in_out", "[in, 3*out]"}, ParameterRole::recurrent, 2, 2, gates_last<3>},
      {{"recurrent_in_out", "[in, out]"}, ParameterRole::recurrent, 2, 2, in_out},
      {{"embedding", "[vocabulary..., width]"},
       ParameterRole::embedding,
       1,
       kAnyRank,
       [](const Shape& s) { return table(s, Axis::vocabulary); }},
      {{"position", "[positions..., width]"},
       ParameterRole::embedding,
       1,
       kAnyRank,
       [](const Shape& s) { return table(s, Axis::position); }},
      {{"lstm_bias", "[4*out], starts at 0"},
       ParameterRole::bias,
       1,
       1,
       [](const Shape& s) { return std::vector<Dimension>{packed(4, s[0], Axis::channel)}; }},
      {{"bias", "any: starts at 0"},
       ParameterRole::bias,
       0,
       kAnyRank,
       [](const Shape& s) { return all(s, Axis::channel); }},
      {{"shift", "any: starts at 0"},
       ParameterRole::shift,
       0,
       kAnyRank,
       [](const Shape& s) { return all(s, Axis::channel); }},
      {{"scale", "any: starts at 1"},
       ParameterRole::scale,
       0,
       kAnyRank,
       [](const Shape& s) { return all(s, Axis::channel); }},
      {{kKeepRole, "any: values stay"},
       ParameterRole::bias,
       0,
       kAnyRank,
       [](const Shape& s) { return all(s, Axis::channel); }},
  };
  return kLayouts;
}

const RoleLayout& layout_of(std::string_view role) {
  std::vector<std::string> names;
  for (const RoleLayout& layout : layouts()) {
    if (layout.role.name == role) return layout;
    names.emplace_back(layout.role.name);
  }
  throw Error(ErrorCode::unknown_name, "role",
              "no role '" + std::string(role.substr(0, 64)) + "'; " + suggestion(role, names));
}

}  // namespace

const std::vector<TensorRole>& tensor_roles() {
  static const std::vector<TensorRole> roles = [] {
    std::vector<TensorRole> all_roles;
    for (const RoleLayout& layout : layouts()) all_roles.push_back(layout.role);
    return all_roles;
  }();
  return roles;
}

RoleRule parse_role_rule(std::string_view text) {
  const std::size_t sign = text.rfind('=');
  if (sign == std::string_view::npos || sign == 0 || sign + 1 == text.size()) {
    throw Error(ErrorCode::bad_syntax, "role '" + std::string(text.substr(0, 128)) + "'",
                "expected PATTERN=ROLE such as '*.c_fc.weight=dense_in_out'");
  }
  RoleRule rule{std::string(text.substr(0, sign)), std::string(text.substr(sign + 1))};
  (void)layout_of(rule.role);
  return rule;
}

net::ParameterSpec with_role(std::string_view name, const Shape& shape, std::string_view role) {
  const RoleLayout& layout = layout_of(role);
  const bool fits =
      shape.rank() >= layout.least_rank && (layout.most_rank == kAnyRank || shape.rank() <= layout.most_rank);
  net::ParameterSpec parameter{std::string(name), layout.parameter, {}};
  if (fits) parameter.dimensions = layout.dimensions(shape);
  bool divided = fits;
  for (const Dimension& dimension : parameter.dimensions) divided = divided && !dimension.empty();
  if (divided) return parameter;
  throw Error(ErrorCode::bad_shape, std::string(name),
              "a tensor of shape " + to_string(shape) + " cannot be '" + std::string(role) + "', which is " +
                  std::string(layout.role.axes) + "; give it another with --role");
}

}  // namespace fanin::experiment
