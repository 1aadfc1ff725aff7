#include "fanin/core/error.hpp"
#include "fanin/experiment/weights/naming.hpp"
#include "fanin/experiment/weights/plan.hpp"
#include "fanin/experiment/weights/weight_file.hpp"

namespace fanin::experiment {
namespace {

using net::ParameterRole;

struct Rules {
  init::Initializer weights;
  init::Initializer embeddings;
  init::Initializer zeros = init::parse_initializer("zeros");
  init::Initializer ones = init::parse_initializer("ones");

  [[nodiscard]] const init::Initializer& of(ParameterRole role) const {
    switch (role) {
      case ParameterRole::bias:
      case ParameterRole::shift: return zeros;
      case ParameterRole::scale: return ones;
      case ParameterRole::embedding: return embeddings;
      case ParameterRole::weight:
      case ParameterRole::recurrent: break;
    }
    return weights;
  }
};

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
  const init::Initializer weights = init::parse_initializer(request.init, request.dialect);
  const Rules rules{.weights = weights,
                    .embeddings = request.embedding_init.empty()
                                      ? weights
                                      : init::parse_initializer(request.embedding_init, request.dialect)};
  std::vector<RoleRule> roles;
  for (const std::string& text : request.roles) roles.push_back(parse_role_rule(text));
  WeightPlan plan;
  plan.source = open_weights(request.file);
  plan.seed = request.seed;
  plan.stream = request.stream;
  plan.dialect = request.dialect;
  plan.scheme = rules.weights.text();
  plan.network = request.file;
  const std::vector<StoredTensor>& stored = plan.source->tensors();
  const std::vector<NamedTensor> named = name_tensors(stored, roles);
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
    if (named[i].role != kKeepRole) {
      tensor.rule = rules.of(tensor.parameter.role);
      if (request.dtype) tensor.dtype = *request.dtype;
      if (tensor.parameter.role == ParameterRole::embedding) check_embedding(tensor, request);
    }
    plan.tensors.push_back(std::move(tensor));
  }
  check_plan(plan);
  return plan;
}

}  // namespace fanin::experiment
