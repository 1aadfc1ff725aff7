// fanin gain: the numbers of the literature, and words about where PyTorch's differ.
#include <gmock/gmock.h>

#include "program.hpp"
#include "tests/support/json.hpp"
#include "wrong_use.hpp"

namespace fanin::cli_test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using tests::parse_json;

json gain(Arguments arguments) {
  arguments.insert(arguments.begin(), "gain");
  arguments.emplace_back("--json");
  const Finished finished = run(arguments);
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.err, IsEmpty());
  return parse_json(finished.out);
}

struct Expected {
  const char* activation;
  double mean;
  double second_moment;
  double variance;
  double slope_second_moment;
};

// Moments over N(0, 1) by Gauss-Legendre quadrature between the kinks, rounded to eight decimals.
constexpr Expected kMoments[] = {
    {"relu", .39894228, .5, .34084506, .5},
    {"leaky_relu(0.01)", .39495286, .50005, .34406224, .50005},
    {"tanh", 0, .39429449, .39429449, .46440290},
    {"sigmoid", .5, .29337904, .04337904, .04483624},
    {"erf", 0, .46455905, .46455905, .56941003},
    {"gelu", .28209479, .42522148, .34564401, .45585087},
    {"gelu_tanh", .28203859, .42519371, .34564795, .45581785},
    {"silu", .20662096, .35577552, .31308330, .37948235},
    {"elu", .16052057, .64494542, .61917856, .66810200},
    {"selu", 0, 1, 1, 1.07157499},
    {"softplus", .80605918, .92124591, .27151450, .29337904},
    {"mish", .24040389, .45234219, .39454816, .47908376},
    {"softsign", 0, .18301402, .18301402, .22767134},
    {"hardtanh", 0, .51605855, .51605855, .68268949},
    {"hardsigmoid", .5, .27763909, .02763909, .02770278},
    {"hardswish", .16621670, .33156738, .30393938, .35853152},
    {"sin", 0, .43233236, .43233236, .56766764},
};

TEST(Gain, MomentsAndGainsAreThoseOfTheTableForEveryActivation) {
  for (const Expected& expected : kMoments) {
    const json result = gain({expected.activation});
    const json& moments = result.at("moments");
    EXPECT_NEAR(moments.at("mean").get<double>(), expected.mean, 1e-8) << expected.activation;
    EXPECT_NEAR(moments.at("second_moment").get<double>(), expected.second_moment, 1e-8) << expected.activation;
    EXPECT_NEAR(moments.at("variance").get<double>(), expected.variance, 1e-8) << expected.activation;
    EXPECT_NEAR(moments.at("slope_second_moment").get<double>(), expected.slope_second_moment, 1e-8)
        << expected.activation;
    const json& gains = result.at("gains");
    const auto power = [](const json& value) { return 1 / (value.get<double>() * value.get<double>()); };
    EXPECT_NEAR(power(gains.at("forward")), expected.second_moment, 1e-8) << expected.activation;
    EXPECT_NEAR(power(gains.at("backward")), expected.slope_second_moment, 1e-8) << expected.activation;
    EXPECT_NEAR(power(gains.at("mean_removed")), expected.variance, 1e-8) << expected.activation;
    EXPECT_EQ(result.at("converged"), true) << expected.activation;
  }
}

TEST(Gain, TheJsonHasTheDocumentedFields) {
  const json result = gain({"tanh", "--variance", "0.25"});
  EXPECT_EQ(result.at("version"), FANIN_PROJECT_VERSION);
  EXPECT_EQ(result.at("activation"), "tanh");
  EXPECT_EQ(result.at("formula"), "tanh(z)");
  EXPECT_TRUE(result.at("source").is_string());
  EXPECT_EQ(result.at("gated"), false);
  EXPECT_EQ(result.at("variance"), 0.25);
  EXPECT_NEAR(result.at("pytorch").at("gain").get<double>(), 5.0 / 3, 1e-12);
  EXPECT_TRUE(gain({"gelu"}).at("pytorch").is_null());
  const json swiglu = gain({"swiglu"});
  EXPECT_EQ(swiglu.at("gated"), true);
  EXPECT_NEAR(swiglu.at("gains").at("forward").get<double>(), 1.6765, 5e-5);
}

TEST(Gain, TheTextSaysWherePytorchDiffers) {
  EXPECT_THAT(run({"gain", "tanh"}).out,
              AllOf(HasSubstr("1.592537"), HasSubstr("1.6666667"), HasSubstr("4.65 % above")));
  EXPECT_THAT(run({"gain", "relu"}).out, HasSubstr("agrees with the forward gain"));
  EXPECT_THAT(run({"gain", "mish"}).out, AllOf(HasSubstr("calculate_gain"), HasSubstr("raises")));
}

TEST(Gain, JsonGoesToAFileBesideTheTextAndMayComeFirst) {
  const TemporaryFolder folder;
  const std::string file = (folder / "gelu.json").string();
  const Finished finished = run({"gain", "gelu", "--json", file});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("1.5335304"), HasSubstr("Saved: ")));
  EXPECT_EQ(parse_json(read_file(file)), gain({"gelu"}));
  EXPECT_EQ(parse_json(run({"gain", "--json", "gelu"}).out), gain({"gelu"}));
  EXPECT_EQ(parse_json(run({"gain", "gelu", "--json", "-"}).out), gain({"gelu"}));
  EXPECT_EQ(run({"gain", "gelu", "--json", (folder / "no/such/folder.json").string()}).status, 4);
}

TEST(Gain, RefusesUnknownNamesAndNumbersThatAreNone) {
  expect_wrong_use(run({"gain", "gelo"}), {"no activation or gated unit 'gelo'", "did you mean gelu"});
  expect_wrong_use(run({"gain", "swigu"}), {"did you mean swiglu"});
  expect_wrong_use(run({"gain"}), {"needs an activation", "fanin gain --help"});
  expect_wrong_use(run({"gain", "gelu", "--variance", "nan"}), {"--variance", "'nan' is not a finite number"});
  expect_wrong_use(run({"gain", "gelu", "--variance", "0"}), {"variance", "> 0"});
  expect_wrong_use(run({"gain", "gelu", "--variance", "-1"}), {"variance"});
  expect_wrong_use(run({"gain", "leaky_relu(nan)"}), {"nan"});
  expect_wrong_use(run({"gain", "gelu", "tanh"}), {"'tanh'", "nothing is expected here"});
  expect_wrong_use(run({"gain", "gelu", "--varianc", "2"}), {"--variance"});
}

}  // namespace
}  // namespace fanin::cli_test
