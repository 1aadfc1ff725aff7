// What a training's parameters start from: a scheme for the network, with exceptions by name.
#pragma once

#include <string>

#include "fanin/init/network_scheme.hpp"
#include "fanin/net/graph.hpp"

namespace fanin::experiment {

struct StartRequest {
  std::string init = "he_normal";
  std::string init_for = {};           ///< "head=zeros,conv*=delta_orthogonal"
  std::string learning_rate_for = {};  ///< "head=100x"
};

/// The scheme's plan with the exceptions put in. A pattern that names a layer reaches its weights, embeddings and
/// recurrent weights; one that names a parameter reaches that. Learning-rate factors multiply those of the scheme and
/// reach every parameter of a layer.
/// @throws Error naming --init, --init-for or --lr-for.
init::NetworkPlan plan_start(const net::Graph& graph, const StartRequest& request);

/// Canonical text of an init_for or learning_rate_for.
std::string canonical_init_for(const std::string& text);

}  // namespace fanin::experiment
