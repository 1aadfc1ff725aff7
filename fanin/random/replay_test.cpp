#include "fanin/random/replay.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/random/normal_mass.hpp"
#include "fanin/random/replay_mt19937.hpp"
#include "fanin/random/replay_numpy.hpp"
#include "fanin/random/replay_torch.hpp"
#include "fanin/random/replay_ziggurat.hpp"

namespace fanin::random {
namespace {

TEST(Mt19937, IsTheStandardOne) {
  for (const std::uint32_t seed : {5489U, 0U, 42U, 0xFFFFFFFFU}) {
    std::mt19937 standard(seed);
    Mt19937 ours(seed);
    for (int i = 0; i < 2000; ++i) ASSERT_EQ(ours.next(), standard()) << seed << ", word " << i;
  }
}

// From NumPy's and PyTorch's documentation and countless tutorials.
TEST(Replay, GivesTheNumbersEverybodyKnows) {
  std::vector<double> values(3);
  NumpyRandomState(42).normal({}, values);  // np.random.seed(42); np.random.randn(3)
  EXPECT_NEAR(values[0], 0.49671415, 5e-9);
  EXPECT_NEAR(values[1], -0.1382643, 5e-8);
  EXPECT_NEAR(values[2], 0.64768854, 5e-9);
  NumpyRandomState(42).uniform({}, values);  // np.random.rand(3)
  EXPECT_NEAR(values[0], 0.37454012, 5e-9);
  EXPECT_NEAR(values[1], 0.95071431, 5e-9);
  EXPECT_NEAR(values[2], 0.73199394, 5e-9);
  NumpyGenerator(42).uniform({}, values);  // np.random.default_rng(42).random(3)
  EXPECT_NEAR(values[0], 0.77395605, 5e-9);
  EXPECT_NEAR(values[1], 0.43887844, 5e-9);
  EXPECT_NEAR(values[2], 0.85859792, 5e-9);
  std::vector<float> singles(3);
  TorchGenerator(0).normal({}, singles);  // torch.manual_seed(0); torch.randn(3)
  EXPECT_NEAR(singles[0], 1.5410F, 5e-5F);
  EXPECT_NEAR(singles[1], -0.2934F, 5e-5F);
  EXPECT_NEAR(singles[2], -2.1788F, 5e-5F);
}

struct Draw {
  std::string law;
  std::size_t count = 0;
  double a = 0;
  double b = 0;
  std::uint64_t hash = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

template <typename T>
void expect_hash(std::span<const T> values, const Draw& draw, const std::string& line) {
  const std::string_view bytes(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  EXPECT_EQ(hash_name(bytes), draw.hash) << line;
}

template <typename T>
void expect_draw(Replay& replay, const Draw& draw, const std::string& line) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  std::vector<T> values(draw.count);
  TruncatedNormal cut{.mean = 0.1, .std_dev = draw.a, .low = -draw.b, .high = draw.b, .corrected = false};
  if (draw.law == "uniform") {
    replay.uniform({.low = draw.a, .high = draw.b}, std::span(values));
  } else if (draw.law == "normal") {
    replay.normal({.mean = draw.a, .std_dev = draw.b}, std::span(values));
  } else if (draw.law == "trunc_normal_tf") {
    replay.truncated_normal(cut, CutForm::relative, std::span(values));
  } else if (draw.law == "trunc_normal") {
    cut.low = (-draw.b - 0.1) / draw.a;
    cut.high = (draw.b - 0.1) / draw.a;
    replay.truncated_normal(cut, CutForm::absolute, std::span(values));
  } else {  // torch.nn.init: gain sqrt(2) for ReLU over the root of fan_in
    const double std_dev = std::sqrt(2.0) / std::sqrt(draw.a);
    const double bound = std::sqrt(3.0) * std_dev;
    if (draw.law == "kaiming_normal") replay.normal({.mean = 0, .std_dev = std_dev}, std::span(values));
    if (draw.law == "kaiming_uniform") replay.uniform({.low = -bound, .high = bound}, std::span(values));
  }
  EXPECT_EQ(std::bit_cast<Bits>(values.front()), draw.first) << line;
  EXPECT_EQ(std::bit_cast<Bits>(values.back()), draw.last) << line;
  expect_hash(std::span<const T>(values), draw, line);
}

void expect_permutation(Replay& replay, const Draw& draw, const std::string& line) {
  const std::vector<std::uint32_t> order = replay.permutation(draw.count);
  ASSERT_EQ(order.size(), draw.count);
  EXPECT_EQ(order.front(), draw.first) << line;
  EXPECT_EQ(order.back(), draw.last) << line;
  expect_hash(std::span<const std::uint32_t>(order), draw, line);
}

TEST(Replay, GivesTheBitsOfNumpyAndPyTorch) {
  std::ifstream file(std::string(FANIN_GOLDEN_DIR) + "/replay.txt");
  std::string line;
  std::unique_ptr<Replay> replay;
  int draws = 0;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream fields(line);
    std::string what;
    fields >> what;
    if (what == "session") {
      std::string library;
      std::uint64_t seed = 0;
      fields >> library >> seed;
      replay = make_replay(library, seed);
      continue;
    }
    Draw draw;
    std::string type;
    fields >> draw.law >> type >> draw.count >> draw.a >> draw.b >> std::hex >> draw.hash >> draw.first >> draw.last;
    ASSERT_TRUE(fields && replay) << line;
    if (type == "f32") expect_draw<float>(*replay, draw, line);
    if (type == "f64") expect_draw<double>(*replay, draw, line);
    if (type == "u32") expect_permutation(*replay, draw, line);
    ++draws;
  }
  EXPECT_EQ(draws, 108);
}

TEST(Replay, ContinuesWhereTheLastCallEnded) {
  for (const std::string& library : replay_names()) {
    if (library == "torch") continue;  // its large path depends on where calls begin
    std::vector<double> whole(100);
    make_replay(library, 3)->normal({}, whole);
    const auto replay = make_replay(library, 3);
    std::vector<double> parts(100);
    replay->normal({}, std::span(parts).first(31));
    replay->normal({}, std::span(parts).subspan(31));
    EXPECT_EQ(parts, whole) << library;
  }
}

TEST(Replay, RefusesWhatTheLibrariesRefuse) {
  EXPECT_THROW(make_replay("numpy", std::uint64_t{1} << 32), Error);
  EXPECT_THROW(make_replay("nunpy", 1), Error);
  std::vector<double> values(2);
  for (const std::string& library : replay_names()) {
    const auto replay = make_replay(library, 1);
    EXPECT_THROW(replay->normal({.std_dev = -1}, values), Error);
    EXPECT_THROW(replay->uniform({.low = 1, .high = 0}, values), Error);
    EXPECT_THROW(replay->normal({.mean = std::nan("")}, values), Error);
  }
}

TEST(Replay, OnlyPyTorchHasTruncatedNormalsAndPermutations) {
  std::vector<float> values(4);
  for (const char* library : {"numpy", "numpy-pcg64"}) {
    const auto replay = make_replay(library, 1);
    EXPECT_THROW(replay->truncated_normal({}, CutForm::absolute, std::span(values)), Error);
    EXPECT_THROW((void)replay->permutation(4), Error);
  }
  TorchGenerator torch(1);
  EXPECT_TRUE(torch.permutation(0).empty());
  EXPECT_THROW((void)torch.permutation(std::uint64_t{1} << 32), Error);
  EXPECT_THROW(torch.truncated_normal({.std_dev = 0}, CutForm::absolute, std::span(values)), Error);
  EXPECT_THROW(torch.truncated_normal({.low = 2, .high = 1}, CutForm::relative, std::span(values)), Error);
}

TEST(Replay, InverseErfInvertsErf) {
  for (double y = -0.999; y < 1; y += 0.0037) {
    EXPECT_NEAR(std::erf(torch_inverse_erf(y)), y, 1e-15) << y;
    EXPECT_NEAR(std::erf(static_cast<double>(torch_inverse_erf(static_cast<float>(y)))), y, 2e-7) << y;
  }
  EXPECT_EQ(torch_inverse_erf(-1.0F), -std::numeric_limits<float>::infinity());
}

// The layers of a ziggurat have equal areas; NumPy's tables say so to about 1e-13.
TEST(Ziggurat, LayersHaveEqualAreas) {
  const auto width = [](std::size_t i) { return std::bit_cast<double>(ziggurat::kWidthBits[i]) * 0x1p52; };
  const auto density = [](std::size_t i) { return std::bit_cast<double>(ziggurat::kDensityBits[i]); };
  const double root_two_pi = std::sqrt(2 * 3.14159265358979323846);
  const double tail = normal_piece(ziggurat::kTailStart, std::numeric_limits<double>::infinity()).mass * root_two_pi;
  const double area = ziggurat::kTailStart * density(ziggurat::kLayers - 1) + tail;
  EXPECT_NEAR(width(0) * density(ziggurat::kLayers - 1), area, 1e-15);
  EXPECT_NEAR(width(ziggurat::kLayers - 1), ziggurat::kTailStart, 1e-15);
  EXPECT_EQ(ziggurat::kInside[1], 0U);
  for (std::size_t i = 1; i < ziggurat::kLayers; ++i) {
    EXPECT_NEAR(density(i), std::exp(-0.5 * width(i) * width(i)), 1e-13) << i;
    EXPECT_NEAR(width(i) * (density(i - 1) - density(i)), area, 1e-13) << i;
    if (i > 1) {
      EXPECT_NEAR(static_cast<double>(ziggurat::kInside[i]) * 0x1p-52, width(i - 1) / width(i), 1e-13) << i;
    }
  }
}

}  // namespace
}  // namespace fanin::random
