// fanin demo: the notebooks' matrices digit for digit, and chains whose gradients do what the title says.
#include <gmock/gmock.h>

#include "program.hpp"
#include "tests/support/json.hpp"
#include "wrong_use.hpp"

namespace fanin::cli_test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using tests::parse_json;

struct Printed {
  const char* demo;
  const char* matrix;
};

// As NumPy prints them for np.random.seed(42); the recipe is in fanin/experiment/demo_test.cpp.
constexpr Printed kPrinted[] = {
    {"vanishing",
     "[[ 0.03920641 -0.00065686  0.00055813]\n"
     " [-0.02343697  0.06295061  0.03688675]\n"
     " [ 0.01939752 -0.03821543  0.05544233]]\n"},
    {"exploding",
     "[[ 3.92064111 -0.06568602  0.0558127 ]\n"
     " [-2.34369726  6.29506135  3.68867495]\n"
     " [ 1.9397522  -3.82154291  5.5442327 ]]\n"},
    {"xavier",
     "[[ 0.24504301 -0.29374122 -0.2895481 ]\n"
     " [-0.43516865  0.48203275  0.17840939]\n"
     " [ 0.06683412 -0.69038429  0.40046285]]\n"},
    {"he",
     "[[-1.11077427  0.06486551  0.00779027]\n"
     " [ 1.0969696  -0.23179696 -0.15457116]\n"
     " [ 0.22889471 -0.14776024 -1.42075096]]\n"},
};

TEST(DemoCommand, PrintsTheNotebooksMatricesDigitForDigit) {
  for (const Printed& printed : kPrinted) {
    const Finished finished = run({"demo", printed.demo});
    EXPECT_EQ(finished.status, 0) << finished.err;
    EXPECT_EQ(finished.err, "");
    EXPECT_THAT(finished.out, HasSubstr(printed.matrix)) << printed.demo;
    EXPECT_THAT(run({"demo", printed.demo, "--seed", "7"}).out, Not(HasSubstr(printed.matrix))) << printed.demo;
  }
}

TEST(DemoCommand, EveryDemoDrawsChainsWithARealLoss) {
  for (const char* name : {"vanishing", "exploding", "xavier", "he", "dying-relu", "sigmoid-chain", "he-3x3"}) {
    const Finished finished = run({"demo", name}, {{"LANG", "C.UTF-8"}, {"COLUMNS", "100"}});
    EXPECT_EQ(finished.status, 0) << finished.err;
    EXPECT_THAT(finished.out, AllOf(HasSubstr("The honest version"), HasSubstr("cross-entropy"), HasSubstr("█"),
                                    HasSubstr("gradient"), HasSubstr("steps of Adam")));
  }
  EXPECT_THAT(run({"demo", "xavier"}, {{"LANG", "C.UTF-8"}}).out, HasSubstr("√(2/(in+out))"));
  EXPECT_THAT(run({"demo", "dying-relu"}).out, HasSubstr("100 %"));
}

TEST(DemoCommand, TheJsonHasTheDocumentedFields) {
  const json he = parse_json(run({"demo", "he", "--json"}).out);
  EXPECT_EQ(he.at("version"), FANIN_PROJECT_VERSION);
  EXPECT_EQ(he.at("demo"), "he");
  EXPECT_EQ(he.at("seed"), 42);
  EXPECT_NEAR(he.at("matrix").at(0).at(0).get<double>(), -1.11077427, 5e-9);
  EXPECT_EQ(he.at("printed").get<std::string>() + "\n", kPrinted[3].matrix);
  EXPECT_TRUE(he.at("table").is_null());
  EXPECT_GE(he.at("remarks").size(), 2U);
  ASSERT_EQ(he.at("chains").size(), 2U);
  const json& chain = he["chains"][1];
  EXPECT_EQ(chain.at("init"), "he_normal");
  EXPECT_EQ(chain.at("activation"), "relu");
  EXPECT_TRUE(chain.at("loss").is_number());
  EXPECT_TRUE(chain.at("trained_loss").is_number());
  EXPECT_NEAR(chain.at("factor_per_layer").get<double>(), chain.at("predicted_factor_per_layer").get<double>(), 0.12);
  ASSERT_EQ(chain.at("layers").size(), 13U);
  for (const char* field : {"error_norm", "gradient_norm", "activation_rms", "dead_fraction"}) {
    EXPECT_TRUE(chain["layers"][0].at(field).is_number()) << field;
  }
  const json sigmoid = parse_json(run({"demo", "--json", "sigmoid-chain", "--seed", "3"}).out);
  EXPECT_EQ(sigmoid.at("seed"), 3);
  EXPECT_TRUE(sigmoid.at("matrix").is_null());
  EXPECT_EQ(sigmoid.at("table").at("rows").at(0).size(), sigmoid.at("table").at("columns").size());
}

TEST(DemoCommand, RefusesUnknownNamesAndSeeds) {
  expect_wrong_use(run({"demo", "vanshing"}), {"no demo 'vanshing'", "did you mean vanishing"});
  expect_wrong_use(run({"demo"}), {"vanishing, exploding, xavier, he, dying-relu, sigmoid-chain, he-3x3"});
  expect_wrong_use(run({"demo", "he", "--seed", "nan"}), {"--seed", "'nan'"});
  expect_wrong_use(run({"demo", "he", "--seed", "-1"}), {"--seed", "from 0"});
  expect_wrong_use(run({"demo", "he", "--seed", "4294967296"}), {"2^32 - 1"});
  expect_wrong_use(run({"demo", "he", "--color", "alway"}), {"did you mean always"});
}

}  // namespace
}  // namespace fanin::cli_test
