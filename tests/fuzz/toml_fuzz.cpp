#include "fanin/net/toml_network.hpp"
#include "tests/fuzz/fuzz_target.hpp"

std::vector<std::string> fanin::fuzz::seeds() {
  return {
      "[network]\ninput = [1, 12, 12]\n[[layer]]\nname = \"conv1\"\nop = \"conv\"\nchannels = 4\nkernel = 3\nnorm = "
      "\"batch_norm\"\nactivation = \"relu\"\n[[layer]]\nop = \"pooling\"\nkernel = 2\n[[layer]]\nop = "
      "\"flatten\"\n[[layer]]\nname = \"head\"\nop = \"dense\"\nunits = \"outputs\"\n",
      "[network]\ninput = [8]\n[constants]\nwidth = 8\nrate = 0.1\n[[block]]\nname = \"res\"\narguments = { width = 4 "
      "}\n[[block.layer]]\nname "
      "= \"a\"\nop = \"dense\"\nunits = \"2 * width\"\nactivation = true\n[[block.layer]]\nname = \"b\"\nop = "
      "\"dense\"\nunits = \"width\"\ndropout = \"rate\"\n[[block.layer]]\nop = \"add\"\nfrom = [\"b\", "
      "\"input\"]\n[[layer]]\nop = \"dense\"\nunits = \"width\"\n[[layer]]\nname = \"s\"\nop = \"res\"\nwidth = "
      "\"width\"\nrepeat = 3\n",
      "[network]\ninput = [6]\n[[layer]]\nop = \"embedding\"\nvocabulary = 9\nwidth = 4\n[[layer]]\nop = "
      "\"position_embedding\"\n[[layer]]\nop = \"attention\"\nheads = 2\ncausal = true\n[[layer]]\nop = "
      "\"lstm\"\nunits = 3\nlayers = 2\nbidirectional = true\nlast_only = true\n",
  };
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fanin;
  return fuzz::survive([&] {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const net::NetworkContext context{.outputs = 5, .vocabulary = 9, .max_nodes = 2000};
    const net::Graph graph = net::network_from_toml(text, "fuzz.toml", context);
    // What was understood is written down in full and understood again.
    const std::string flat = net::to_toml(graph);
    std::string again;
    try {
      again = net::to_toml(net::network_from_toml(flat, "again.toml", {}));
    } catch (const Error& error) {
      again = error.what();
    }
    FANIN_ASSERT(again == flat);
  });
}
