// Private to this room: what the presets are built with. One node is current; each call adds to it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/net/activation.hpp"
#include "fanin/net/limited_graph.hpp"
#include "fanin/net/network_context.hpp"
#include "fanin/net/presets/all.hpp"

namespace fanin::net {

class Layers final {
 public:
  Layers(std::string_view preset, const NetworkContext& context, const Activation& activation)
      : preset_(preset), context_(context), activation_(activation), graph_(context.max_nodes) {}

  /// The input as the context has it, else of shape `natural`.
  void input(const Shape& natural);
  /// An image [channels, height, width]; [height, width] gets an axis of one channel.
  void image(const Shape& natural);
  /// A sequence [time, in]: the rows of an image, or single values one after the other. Tokens stay [time].
  void sequence(const Shape& natural);
  void flatten();

  void add(const std::string& scope, const OpPtr& op);
  /// Does nothing for a null op: a normalization that nobody asked for.
  void add_if(const std::string& scope, const OpPtr& op);
  void dense(const std::string& scope, std::int64_t units);  ///< with its bias
  void activate(const std::string& scope);
  void drop(const std::string& scope, double rate);  ///< nothing for rate 0
  /// The sum of the current node and `other`.
  void sum(const std::string& scope, NodeId other);

  [[nodiscard]] NodeId here() const noexcept { return here_; }
  void go_to(NodeId node) noexcept { here_ = node; }
  [[nodiscard]] const Shape& shape() const { return graph_.shape(here_); }
  [[nodiscard]] LimitedGraph& graph() noexcept { return graph_; }
  [[nodiscard]] const Activation& activation() const noexcept { return activation_; }
  [[nodiscard]] Graph finish() { return graph_.finish(here_); }

 private:
  [[noreturn]] void unsuited(std::string_view wanted) const;

  std::string preset_;
  const NetworkContext& context_;
  Activation activation_;
  LimitedGraph graph_;
  NodeId here_ = 0;
};

/// An argument `key` from 1 to `high`. @throws Error bad_value.
std::int64_t read_count(const PresetCall& call, std::string_view key, std::int64_t fallback,
                        std::int64_t high = std::int64_t{1} << 31);
/// A normalization's name; null for "none". @throws Error unknown_name, bad_value.
OpPtr read_norm(const PresetCall& call, std::string_view fallback = "none");
/// In [0, 1). @throws Error bad_value.
double read_dropout(const PresetCall& call);
/// `fallback` empty: the context's.
Activation read_activation(const PresetCall& call, std::string_view fallback = {});
/// The index of the given word in `choices`; the first is the default. @throws Error unknown_name.
std::size_t read_choice(const PresetCall& call, std::string_view key, const std::vector<std::string>& choices);
std::int64_t outputs_or(const NetworkContext& context, std::int64_t natural);

}  // namespace fanin::net
