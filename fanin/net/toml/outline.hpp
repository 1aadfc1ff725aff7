// Private to this room: the structure of a description before any size is known: which layers there are, what
// each one reads, which blocks they use. Here cycles, unknown layers and layers that nobody reads are found.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/net/toml/document.hpp"
#include "fanin/net/toml/expression.hpp"

namespace fanin::net {

struct Block;

/// What a layer reads: an input of its list, or a layer above it.
struct Source {
  bool input = false;
  std::size_t index = 0;
};

struct LayerOutline {
  const TomlTable* table = nullptr;
  std::string name;
  std::string scope;  ///< of its nodes, within the list's
  std::string op;
  const Block* block = nullptr;  ///< when `op` names one
  std::vector<Source> from;
};

/// The layers of the network, or of a block, in order.
struct LayerList {
  std::vector<std::string> inputs;
  std::vector<LayerOutline> layers;
  std::size_t output = 0;  ///< index into layers
};

/// Layers that can be used under a name, with arguments.
struct Block {
  struct Argument {
    std::string name;
    Constant fallback;
  };
  std::string name;
  std::vector<Argument> arguments;
  LayerList list;
  int line = 0;
  int depth = 1;  ///< of blocks in blocks
};

struct Outline {
  std::vector<std::unique_ptr<Block>> blocks;
  LayerList network;
};

/// `document` must outlive the outline. @throws Error naming source, line and layer.
Outline outline_of(const TomlTable& document, std::string_view source);

/// Keys of a layer that say what it is, not how: name, op, from, scope, repeat.
const std::vector<std::string>& layer_keys();

}  // namespace fanin::net
