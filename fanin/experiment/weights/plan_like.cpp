#include "fanin/core/error.hpp"
#include "fanin/experiment/weights/like_rules.hpp"
#include "fanin/experiment/weights/naming.hpp"
#include "fanin/experiment/weights/plan.hpp"
#include "fanin/experiment/weights/weight_file.hpp"

namespace fanin::experiment {
namespace {

void check_embedding(const PlannedTensor& tensor, const LikeRequest& request) {
  try {
    (void)tensor.rule->moments(tensor.parameter);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::bad_shape || !request.embedding_init.empty()) throw;
    throw Error(ErrorCode::bad_shape, tensor.parameter.name,
                "this " + tensor.role + " of shape " + to_string(tensor.parameter.shape()) + " has no fans, which " +
                    request.init + " needs; add a rule for embeddings, such as --embedding-init \"normal(std=0.02)\"");
  }
}

}  // namespace

WeightPlan plan_like(const LikeRequest& request) {
  std::vector<RoleRule> roles;
  for (const std::string& text : request.roles) roles.push_back(parse_role_rule(text));
  WeightPlan plan;
  plan.source = open_weights(request.file);
  plan.seed = request.seed;
  plan.stream = request.stream;
  plan.dialect = request.dialect;
  plan.network = request.file;
  const std::vector<StoredTensor>& stored = plan.source->tensors();
  const std::vector<NamedTensor> named = name_tensors(stored, roles);
  LikeRules rules = rules_like(request, named);
  plan.scheme = rules.scheme;
  for (std::size_t i = 0; i < stored.size(); ++i) {
    if (!stored[i].dtype) {
      throw Error(ErrorCode::unsupported, request.file + ", tensor " + stored[i].name,
                  "has element type " + stored[i].dtype_name + ", which fanin neither draws nor copies");
    }
    PlannedTensor tensor{.parameter = named[i].parameter,
                         .dtype = *stored[i].dtype,
                         .rule = {},
                         .role = named[i].role,
                         .reason = named[i].reason};
    if (rules.rules[i]) {
      tensor.rule = rules.rules[i]->rule;
      if (!rules.rules[i]->reason.empty()) tensor.reason = rules.rules[i]->reason;
      if (request.dtype) tensor.dtype = *request.dtype;
      if (tensor.parameter.role == net::ParameterRole::embedding) check_embedding(tensor, request);
    }
    plan.tensors.push_back(std::move(tensor));
  }
  check_plan(plan);
  return plan;
}

}  // namespace fanin::experiment
