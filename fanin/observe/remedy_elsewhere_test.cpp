#include "fanin/observe/remedy_elsewhere.hpp"

#include <gtest/gtest.h>

namespace fanin::observe {
namespace {

TEST(RemedyElsewhere, NamesTheFunctionsOfPyTorchInTheRemedysOrder) {
  EXPECT_EQ(remedy_elsewhere("--init he_normal", "pytorch"),
            "torch.nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')");
  EXPECT_EQ(remedy_elsewhere("a smaller learning rate, --clip global_norm=1, or a start that keeps sizes", "pytorch"),
            "torch.nn.utils.clip_grad_norm_(model.parameters(), 1) before optimizer.step()");
  EXPECT_EQ(remedy_elsewhere("--activation tanh or relu instead of sigmoid, normalization or shortcuts", "pytorch"),
            "torch.nn.Tanh() or torch.nn.ReLU()");
  EXPECT_EQ(remedy_elsewhere("--lr 1e-04", "pytorch"), "lr=1e-04 in the optimizer");
  EXPECT_EQ(remedy_elsewhere("--init-for \"0.bias=zeros\"", "pytorch"), "torch.nn.init.zeros_(layer.bias)");
}

// 1.846 = 1/√(E σ(z)²) for z ~ N(0, 1), from `fanin gain sigmoid`; its square is 3.409.
TEST(RemedyElsewhere, GivesTheNumberOfAGainThatTheOtherFrameworkDoesNotHave) {
  EXPECT_EQ(remedy_elsewhere("--init glorot_normal, or \"he_normal(gain=sigmoid)\"", "pytorch"),
            "torch.nn.init.xavier_normal_(layer.weight); "
            "torch.nn.init.normal_(layer.weight, std=1.846 / layer.in_features**0.5)");
  EXPECT_EQ(remedy_elsewhere("\"he_normal(gain=sigmoid)\"", "keras"),
            "kernel_initializer=keras.initializers.VarianceScaling(3.409, 'fan_in', 'untruncated_normal')");
}

TEST(RemedyElsewhere, ReadsAnActivationWithArgumentsAndLeavesOutOneThatNobodyKnows) {
  EXPECT_EQ(remedy_elsewhere("he_normal(gain=leaky_relu(0)), and so on", "pytorch"),
            "torch.nn.init.normal_(layer.weight, std=1.414 / layer.in_features**0.5)");
  EXPECT_EQ(remedy_elsewhere("\"he_normal(gain=my_own)\"", "pytorch"), "");
  EXPECT_EQ(remedy_elsewhere("he_normal(gain=(((", "pytorch"), "");
}

TEST(RemedyElsewhere, SaysEachThingOnce) {
  EXPECT_EQ(remedy_elsewhere("draw the weights at random: --init he_normal, or --init-for \"0=he_normal\"", "keras"),
            "kernel_initializer='he_normal'");
}

TEST(RemedyElsewhere, IsEmptyForFaninAndWhereTheRemedyNamesNoOption) {
  EXPECT_EQ(remedy_elsewhere("--init he_normal", "fanin"), "");
  EXPECT_EQ(remedy_elsewhere("--init he_normal", "jax"), "");
  EXPECT_EQ(remedy_elsewhere("a smaller learning rate or larger batches", "pytorch"), "");
  EXPECT_EQ(remedy_elsewhere("", "pytorch"), "");
}

}  // namespace
}  // namespace fanin::observe
