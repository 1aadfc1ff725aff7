// flatten, reshape, concat, transpose, select: against PyTorch and against differences.
#include <gtest/gtest.h>

#include <functional>

#include "fanin/engine/op_for_test.hpp"
#include "fanin/engine/twin_for_test.hpp"
#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/concat.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/ops/flatten.hpp"
#include "fanin/net/ops/reshape.hpp"
#include "fanin/net/ops/scale.hpp"
#include "fanin/net/ops/select.hpp"
#include "fanin/net/ops/transpose.hpp"

namespace fanin::engine {
namespace {

TEST(RearrangingOps, AgreeWithPyTorch) {
  const golden::GoldenFile file(FANIN_GOLDEN_DIR "/engine_ops.txt");
  expect_golden(file, "flatten", net::flatten(), {Shape{3, 2, 2}});
  expect_golden(file, "reshape", net::reshape({4, -1}), {Shape{3, 2, 2}});
  expect_golden(file, "concat_channels", net::concat(0), {Shape{2, 3, 2}, Shape{1, 3, 2}, Shape{4, 3, 2}});
  expect_golden(file, "concat_rows", net::concat(-2), {Shape{2, 3, 2}, Shape{2, 1, 2}});
  expect_golden(file, "concat_columns", net::concat(), {Shape{2, 3, 1}, Shape{2, 3, 5}});
  expect_golden(file, "concat_units", net::concat(), {Shape{5}, Shape{2}, Shape{3}});
  expect_golden(file, "transpose_last", net::transpose(), {Shape{2, 3, 5}});
  expect_golden(file, "transpose_matrix", net::transpose(), {Shape{17, 18}});
  expect_golden(file, "transpose_cycle", net::transpose({2, 0, 1}), {Shape{2, 3, 4}});
  expect_golden(file, "transpose_back", net::transpose({3, 1, 2, 0}), {Shape{2, 3, 1, 4}});
  expect_golden(file, "select_last", net::select(-1), {Shape{4, 5}});
  expect_golden(file, "select_middle", net::select(1, 1), {Shape{2, 3, 4}});
  expect_golden(file, "select_unit", net::select(2, -1), {Shape{2, 3, 4}});
}

// [3, 4] with parameters below it, then `rearrange`, tanh and a readout.
net::Graph network(const std::function<net::NodeId(net::Graph&, net::NodeId)>& rearrange) {
  net::Graph graph;
  net::NodeId x = graph.add_input("input", Shape{3, 4});
  x = graph.add("stem", net::trainable_scale(net::ScaleKind::per_unit), {x});
  x = rearrange(graph, x);
  x = graph.add("middle", net::activation("tanh"), {x});
  x = graph.add("middle", net::flatten(), {x});
  graph.set_output(graph.add("head", net::dense(3), {x}));
  return graph;
}

TEST(RearrangingOps, GradientsMatchDifferences) {
  const std::vector<std::function<net::NodeId(net::Graph&, net::NodeId)>> all{
      [](net::Graph& graph, net::NodeId x) { return graph.add("op", net::flatten(), {x}); },
      [](net::Graph& graph, net::NodeId x) {
        return graph.add("op", net::reshape({2, 3, 2}), {x});
      },
      [](net::Graph& graph, net::NodeId x) { return graph.add("op", net::transpose(), {x}); },
      [](net::Graph& graph, net::NodeId x) { return graph.add("op", net::select(-1, 1), {x}); },
      [](net::Graph& graph, net::NodeId x) {
        const net::NodeId y = graph.add("op", net::transpose(), {x});
        const net::NodeId z = graph.add("op", net::reshape({4, 3}), {x});
        return graph.add("op", net::concat(0), {y, z, y});
      }};
  for (std::size_t i = 0; i < all.size(); ++i) {
    SCOPED_TRACE(i);
    expect_agreement_for_all_batches([&] { return network(all[i]); });
  }
}

// Pure copies in a row share one buffer; what an activation saves is not overwritten by what follows.
TEST(RearrangingOps, ChainsThatRunInPlaceKeepWhatIsSaved) {
  expect_agreement_for_all_batches([] {
    return network([](net::Graph& graph, net::NodeId x) {
      x = graph.add("a", net::activation("sigmoid"), {x});
      x = graph.add("a", net::reshape({12}), {x});
      x = graph.add("b", net::reshape({4, 3}), {x});
      x = graph.add("b", net::activation("gelu"), {x});
      return graph.add("c", net::reshape({2, 6}), {x});
    });
  });
}

}  // namespace
}  // namespace fanin::engine
