// roles(weight, embedding, recurrent, bias, scale, shift): one initializer for each role.
#include "fanin/init/network/all.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

NetworkScheme parse(CallReader& reader, Dialect dialect) {
  RoleRules rules(read_rule(reader, "weight", "he_normal", dialect));
  rules.embedding = read_rule(reader, "embedding", "normal(std=0.02)", dialect);
  rules.recurrent = read_rule(reader, "recurrent", "orthogonal", dialect);
  rules.bias = read_rule(reader, "bias", "zeros", dialect);
  rules.scale = read_rule(reader, "scale", "ones", dialect);
  rules.shift = read_rule(reader, "shift", "zeros", dialect);
  const std::string text = CallText("roles")
                               .add_unless("weight", rules.weight.text(), "he_normal")
                               .add_unless("embedding", rules.embedding.text(), "normal(std=0.02)")
                               .add_unless("recurrent", rules.recurrent.text(), "orthogonal")
                               .add_unless("bias", rules.bias.text(), "zeros")
                               .add_unless("scale", rules.scale.text(), "ones")
                               .add_unless("shift", rules.shift.text(), "zeros")
                               .str();
  return {text, [rules, text](const net::Graph& graph) { return PlanBuilder(graph, text, rules).finish(); }};
}

}  // namespace

const NetworkSchemeEntry kRolesScheme{
    {"roles", "weight=he_normal, embedding=normal(std=0.02), recurrent=orthogonal, bias=zeros, scale=ones, shift=zeros",
     "an initializer for each role", "", "", ""},
    parse};

}  // namespace fanin::init
