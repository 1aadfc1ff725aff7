// Shapes, costs and refusals of the ops that rearrange tensors or act along one axis, and the direction of
// recurrent layers. Shape rules are NumPy's and PyTorch 1.13's.
#include <gmock/gmock.h>

#include <functional>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/net/graph.hpp"
#include "fanin/net/ops/concat.hpp"
#include "fanin/net/ops/log_softmax.hpp"
#include "fanin/net/ops/lstm.hpp"
#include "fanin/net/ops/rnn.hpp"
#include "fanin/net/ops/select.hpp"
#include "fanin/net/ops/shift.hpp"
#include "fanin/net/ops/softmax.hpp"
#include "fanin/net/ops/transpose.hpp"

namespace fanin::net {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string thrown(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "nothing";
}

Shape shape_after(const OpPtr& op, const std::vector<Shape>& inputs) { return op->output_shape(inputs); }

TEST(Concat, AddsUpTheExtentsOfOneAxis) {
  // torch.cat([zeros(16, 8, 8), zeros(16, 8, 8)], 0).shape
  EXPECT_EQ(shape_after(concat(0), {{16, 8, 8}, {16, 8, 8}}), (Shape{32, 8, 8}));
  EXPECT_EQ(shape_after(concat(), {{5, 3}, {5, 4}, {5, 1}}), (Shape{5, 8}));
  EXPECT_EQ(shape_after(concat(-2), {{5, 3}, {2, 3}}), (Shape{7, 3}));
  EXPECT_EQ(concat()->attributes(), "axis=-1");
  EXPECT_EQ(concat()->cost(std::vector<Shape>{{5}, {5}}).forward_flops, 0);
}

TEST(Concat, RefusesWhatDoesNotLineUp) {
  EXPECT_THAT(thrown([] { shape_after(concat(), {{5, 3}}); }), HasSubstr("two inputs or more, found 1"));
  EXPECT_THAT(thrown([] { shape_after(concat(), {}); }), HasSubstr("found 0"));
  EXPECT_THAT(thrown([] {
                shape_after(concat(), {{5, 3}, {4, 3}});
              }),
              AllOf(StartsWith("bad_shape: concat: "), HasSubstr("along axis 1 only, found [5, 3] and [4, 3]")));
  EXPECT_THAT(thrown([] { shape_after(concat(), {{5, 3}, {3}}); }), HasSubstr("[5, 3] and [3]"));
  EXPECT_THAT(thrown([] { shape_after(concat(2), {{5, 3}, {5, 3}}); }), HasSubstr("no axis 2 in [5, 3]"));
  EXPECT_THAT(thrown([] { shape_after(concat(-3), {{5, 3}, {5, 3}}); }), HasSubstr("no axis -3"));
  const std::int64_t large = std::int64_t{1} << 62;
  EXPECT_THAT(thrown([=] { shape_after(concat(), {{large}, {large}}); }), HasSubstr("2^62"));
  EXPECT_THAT(thrown([=] { shape_after(concat(0), {{large / 4, 2}, {large / 4, 2}, {1, 2}}); }), HasSubstr("2^62"));
}

TEST(Transpose, OrdersTheAxesAsNumpyDoes) {
  // np.zeros((2, 3, 4)).transpose(2, 0, 1).shape
  EXPECT_EQ(shape_after(transpose({2, 0, 1}), {{2, 3, 4}}), (Shape{4, 2, 3}));
  EXPECT_EQ(shape_after(transpose(), {{2, 3, 4}}), (Shape{2, 4, 3}));
  EXPECT_EQ(shape_after(transpose({0}), {{7}}), Shape{7});
  EXPECT_EQ(transpose({1, 0})->attributes(), "axes=1,0");
  EXPECT_EQ(transpose()->attributes(), "");
}

TEST(Transpose, RefusesWhatIsNoPermutation) {
  EXPECT_THAT(thrown([] { transpose({0, 0}); }), HasSubstr("each of 0 to 1 once, found 0,0"));
  EXPECT_THAT(thrown([] { transpose({1, 2}); }), StartsWith("bad_value: transpose: "));
  EXPECT_THAT(thrown([] { transpose({-1, 0}); }), StartsWith("bad_value: transpose: "));
  EXPECT_THAT(thrown([] { shape_after(transpose({1, 0}), {{2, 3, 4}}); }), HasSubstr("orders 2 axes"));
  EXPECT_THAT(thrown([] { shape_after(transpose(), {{4}}); }), HasSubstr("no two axes to swap"));
  EXPECT_THAT(thrown([] { shape_after(transpose(), {{4, 3}, {4, 3}}); }), StartsWith("bad_shape"));
}

TEST(Softmax, KeepsTheShapeAndNeedsAnAxis) {
  for (const OpPtr& op : {softmax(), log_softmax()}) {
    EXPECT_EQ(shape_after(op, {{5, 10}}), (Shape{5, 10}));
    const Shape input{5, 10};
    EXPECT_EQ(op->cost({&input, 1}).forward_flops, 250);
    EXPECT_THAT(op->parameters({&input, 1}), IsEmpty());
    EXPECT_THAT(thrown([&] { shape_after(op, {Shape{}}); }), HasSubstr("a scalar"));
    EXPECT_THAT(thrown([&] { shape_after(op, {{5}, {5}}); }), StartsWith("bad_shape"));
  }
  EXPECT_EQ(softmax()->kind(), "softmax");
  EXPECT_EQ(log_softmax()->kind(), "log_softmax");
}

TEST(Select, TakesOnePositionAndDropsItsAxis) {
  EXPECT_EQ(shape_after(select(-1), {{28, 64}}), Shape{64});
  EXPECT_EQ(shape_after(select(2, -1), {{28, 3}}), Shape{28});
  EXPECT_EQ(shape_after(select(0), {{4}}), Shape{});
  EXPECT_EQ(select(-1)->attributes(), "index=-1");
  EXPECT_EQ(select(0, 1)->attributes(), "index=0, axis=1");
  EXPECT_THAT(thrown([] {
                shape_after(select(28), {{28, 64}});
              }),
              HasSubstr("no position 28 along axis 0 of [28, 64]"));
  EXPECT_THAT(thrown([] { shape_after(select(-29), {{28, 64}}); }), HasSubstr("no position -29"));
  EXPECT_THAT(thrown([] { shape_after(select(0, 2), {{28, 64}}); }), HasSubstr("no axis 2"));
  EXPECT_THAT(thrown([] { shape_after(select(0), {Shape{}}); }), HasSubstr("no axis 0 in []"));
}

TEST(Shift, HasOneBiasForAllElements) {
  const Shape input{16, 8, 8};
  EXPECT_EQ(shift()->output_shape({&input, 1}), input);
  const std::vector<ParameterSpec> all = shift()->parameters({&input, 1});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].name, "bias");
  EXPECT_EQ(all[0].role, ParameterRole::bias);
  EXPECT_EQ(all[0].shape(), Shape{1});
  EXPECT_EQ(shift()->cost({&input, 1}).backward_flops, 1024);
}

TEST(Recurrent, TheDirectionIsAnAttributeAndChangesNoShape) {
  const OpPtr backward = lstm({.units = 64, .reverse = true});
  EXPECT_EQ(backward->attributes(), "units=64, reverse");
  EXPECT_EQ(shape_after(backward, {{20, 32}}), (Shape{20, 64}));
  EXPECT_EQ(rnn({.units = 8, .last_only = true, .reverse = true})->attributes(), "units=8, last_only, reverse, tanh");
}

TEST(Recurrent, ABidirectionalLayerIsTwoNodesAndAConcat) {
  // torch.nn.LSTM(32, 64, bidirectional=True) has 2·(4·64·(32 + 64) + 2·4·64) parameters; its second bias,
  // which adds to the first and no more, is left out here.
  Graph graph;
  const NodeId x = graph.add_input("x", {20, 32});
  const NodeId forward = graph.add("lstm.forward", lstm({.units = 64}), {x});
  const NodeId backward = graph.add("lstm.backward", lstm({.units = 64, .reverse = true}), {x});
  const NodeId both = graph.add("lstm", concat(), {forward, backward});
  EXPECT_EQ(graph.node(both).shape, (Shape{20, 128}));
  EXPECT_EQ(graph.parameter_count(), 2 * (4 * 64 * (32 + 64) + 4 * 64));
}

}  // namespace
}  // namespace fanin::net
