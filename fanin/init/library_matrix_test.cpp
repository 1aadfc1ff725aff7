#include "fanin/init/library_matrix.hpp"

#include <gmock/gmock.h>

#include <functional>

#include "fanin/core/error.hpp"
#include "fanin/core/orthogonal.hpp"
#include "fanin/init/initializer.hpp"

namespace fanin::init {
namespace {

using net::Axis;
using net::Dimension;
using net::ParameterRole;
using net::ParameterSpec;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ParameterSpec tensor(std::vector<Dimension> dimensions) { return {"w", ParameterRole::weight, std::move(dimensions)}; }
const ParameterSpec kGrouped = tensor({{{Axis::group, 2}, {Axis::out, 3}}, {{Axis::in, 5}}, {{Axis::kernel, 4}}});
const ParameterSpec kDepthwise = tensor({{{Axis::group, 6}, {Axis::out, 2}}, {{Axis::in, 1}}, {{Axis::kernel, 3}}});
const ParameterSpec kTransposed = tensor({{{Axis::in, 5}}, {{Axis::out, 3}}, {{Axis::kernel, 2}}});
const ParameterSpec kGates = tensor({{{Axis::gate, 4}, {Axis::out, 3}}, {{Axis::in, 5}}});
const ParameterSpec kHeads = tensor({{{Axis::gate, 3}, {Axis::head, 2}, {Axis::out, 4}}, {{Axis::in, 8}}});

std::string thrown(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "nothing";
}

/// Blocks, and each block's matrix [out, in·taps].
std::vector<std::int64_t> cut(Dialect dialect, const ParameterSpec& spec) {
  const PackedLayout layout = library_layout(dialect, spec);
  return {layout.blocks(), layout.outs(), layout.ins() * layout.taps()};
}

TEST(LibraryMatrix, EachLibraryCutsItsOwnKernel) {
  EXPECT_THAT(cut(Dialect::fanin, kGrouped), ElementsAre(2, 3, 20));
  EXPECT_THAT(cut(Dialect::pytorch, kGrouped), ElementsAre(1, 6, 20));
  EXPECT_THAT(cut(Dialect::keras, kGrouped), ElementsAre(1, 6, 20));  // kernel (4, 5, 6)
  EXPECT_THAT(cut(Dialect::jax, kGrouped), ElementsAre(1, 6, 20));
  EXPECT_THAT(cut(Dialect::pytorch, kDepthwise), ElementsAre(1, 12, 3));
  EXPECT_THAT(cut(Dialect::keras, kDepthwise), ElementsAre(1, 2, 18));  // kernel (3, 6, 2): rows 3·6
  EXPECT_THAT(cut(Dialect::jax, kDepthwise), ElementsAre(1, 12, 3));    // kernel (3, 1, 12)
  EXPECT_THAT(cut(Dialect::fanin, kTransposed), ElementsAre(1, 3, 10));
  EXPECT_THAT(cut(Dialect::pytorch, kTransposed), ElementsAre(1, 5, 6));
  EXPECT_THAT(cut(Dialect::keras, kTransposed), ElementsAre(1, 5, 6));  // kernel (2, 3, 5): rows 2·3
  EXPECT_THAT(cut(Dialect::jax, kTransposed), ElementsAre(1, 3, 10));   // kernel (2, 5, 3): rows 2·5
  EXPECT_THAT(cut(Dialect::fanin, kGates), ElementsAre(4, 3, 5));
  EXPECT_THAT(cut(Dialect::pytorch, kGates), ElementsAre(1, 12, 5));
  EXPECT_THAT(cut(Dialect::keras, kGates), ElementsAre(1, 12, 5));  // kernel (5, 12)
  EXPECT_THAT(cut(Dialect::jax, kGates), ElementsAre(4, 3, 5));     // a kernel (5, 3) for each gate
  EXPECT_THAT(cut(Dialect::keras, kHeads), ElementsAre(3, 4, 16));  // kernels (8, 2, 4): rows 8·2
  EXPECT_THAT(cut(Dialect::jax, kHeads), ElementsAre(3, 8, 8));     // kernels (8, 8), reshaped to (8, 2, 4)
  const ParameterSpec embedding{"e", ParameterRole::embedding, {{{Axis::vocabulary, 9}}, {{Axis::out, 4}}}};
  EXPECT_THAT(cut(Dialect::pytorch, embedding), ElementsAre(1, 9, 4));
  EXPECT_THAT(cut(Dialect::keras, embedding), ElementsAre(1, 4, 9));
  EXPECT_THAT(thrown([&] { (void)library_layout(Dialect::fanin, embedding); }), HasSubstr("no fans"));
  const ParameterSpec bias{"b", ParameterRole::bias, {{{Axis::channel, 4}}}};
  EXPECT_THAT(thrown([&] { (void)library_layout(Dialect::pytorch, bias); }), HasSubstr("rank 2 or more"));
}

std::vector<float> drawn(const std::string& text, const ParameterSpec& spec) {
  std::vector<float> values(static_cast<std::size_t>(spec.shape().count()));
  parse_initializer(text).fill(spec, 1, 0, values);
  return values;
}

TEST(LibraryMatrix, OrthogonalMatricesAreOrthogonalThere) {
  for (const Dialect dialect : {Dialect::pytorch, Dialect::keras, Dialect::jax, Dialect::timm}) {
    for (const ParameterSpec& spec : {kGrouped, kDepthwise, kTransposed, kGates, kHeads}) {
      const std::vector<float> values = drawn("orthogonal(dialect=" + std::string(to_string(dialect)) + ")", spec);
      const PackedLayout layout = library_layout(dialect, spec);
      std::vector<float> matrix(static_cast<std::size_t>(layout.block_size()));
      for (Place place; place.block < layout.blocks(); ++place.block) {
        std::size_t i = 0;
        for (place.out = 0; place.out < layout.outs(); ++place.out) {
          for (place.in = 0; place.in < layout.ins(); ++place.in) {
            for (place.tap = 0; place.tap < layout.taps(); ++place.tap) {
              matrix[i++] = values[static_cast<std::size_t>(layout.element(place))];
            }
          }
        }
        EXPECT_LT(orthogonality_error(layout.outs(), layout.ins() * layout.taps(), matrix), 3e-6) << to_string(dialect);
      }
    }
  }
}

TEST(LibraryMatrix, EyeAndDiracFollowTheStoredShape) {
  // torch.nn.init.eye_(torch.empty(6, 2)) for two packed gates of [3, 2]; fanin gives each gate its own.
  const ParameterSpec gates = tensor({{{Axis::gate, 2}, {Axis::out, 3}}, {{Axis::in, 2}}});
  EXPECT_THAT(drawn("eye(dialect=pytorch)", gates), ElementsAre(1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_THAT(drawn("identity(dialect=keras)", gates), ElementsAre(1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_THAT(drawn("identity", gates), ElementsAre(1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0));
  // torch.nn.init.dirac_ takes groups=1 unless told, whatever the convolution's own are.
  const ParameterSpec grouped = tensor({{{Axis::group, 2}, {Axis::out, 2}}, {{Axis::in, 2}}, {{Axis::kernel, 1}}});
  EXPECT_THAT(drawn("dirac(dialect=pytorch)", grouped), ElementsAre(1, 0, 0, 1, 0, 0, 0, 0));
  EXPECT_THAT(drawn("dirac(groups=2, dialect=pytorch)", grouped), ElementsAre(1, 0, 0, 1, 1, 0, 0, 1));
  EXPECT_THAT(drawn("dirac", grouped), ElementsAre(1, 0, 0, 1, 1, 0, 0, 1));
}

TEST(LibraryMatrix, RanksThatTheLibraryRefusesAreRefused) {
  const ParameterSpec dense = tensor({{{Axis::out, 3}}, {{Axis::in, 2}}});
  EXPECT_THAT(thrown([&] { drawn("dirac(dialect=pytorch)", dense); }), HasSubstr("rank 3 to 5"));
  EXPECT_THAT(thrown([&] { drawn("sparse(0.5, dialect=pytorch)", kGrouped); }), HasSubstr("rank 2"));
  EXPECT_THAT(thrown([&] { drawn("eye(dialect=timm)", kGrouped); }), HasSubstr("rank 2"));
  EXPECT_THAT(thrown([&] { drawn("identity(dialect=keras)", kHeads); }), HasSubstr("has rank 3"));
  EXPECT_THAT(thrown([&] { drawn("delta_orthogonal(dialect=jax)", dense); }), HasSubstr("rank 3 to 5"));
}

}  // namespace
}  // namespace fanin::init
