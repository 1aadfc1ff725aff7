// fanin init --like: fresh weights for the tensors of a file, by their names and roles.
#include <gmock/gmock.h>

#include "fanin/io/safetensors.hpp"
#include "fanin/io/safetensors_writer.hpp"
#include "init_runs.hpp"

namespace fanin::cli_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(InitLike, ATensorOfRank1HasNoFans) {
  const TemporaryFolder folder;
  const std::vector<float> values(5, 1.0F);
  const std::vector<io::NamedArray> arrays{{"class_token", io::view_of<float>(values, {5})}};
  io::write_safetensors(folder / "a.safetensors", arrays);
  const std::string like = (folder / "a.safetensors").string();
  const TemporaryFolder empty;
  for (const char* role : {"dense", "conv", "qkv"}) {
    expect_failure(init(empty / "b.safetensors", {"--like", like, "--role", std::string("class_token=") + role}), 2,
                   empty, {"class_token", "[5]", "--role"});
  }
  expect_failure(init(empty / "b.safetensors", {"--like", like}), 2, empty,
                 {"class_token", "has no fans", "he_normal", "--embedding-init"});
}

TEST(InitLike, ASchemeForTransformersDrawsLikeTheirFile) {
  const TemporaryFolder folder;
  const std::vector<float> values(32 * 32, 0.0F);
  std::vector<io::NamedArray> arrays;
  for (const char* name : {"h.0.attn.c_proj.weight", "h.0.mlp.c_fc.weight", "h.0.mlp.c_proj.weight"}) {
    arrays.push_back({name, io::view_of<float>(values, {32, 32})});
  }
  io::write_safetensors(folder / "a.safetensors", arrays);
  const std::string like = (folder / "a.safetensors").string();
  const Finished finished = run({"init", "--like", like, "--init", "gpt2"}, {{"COLUMNS", "200"}});
  EXPECT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("residual projection"), HasSubstr("0.0141"), HasSubstr("0.0200")));
  const TemporaryFolder empty;
  expect_failure(init(empty / "b.safetensors", {"--like", like, "--init", "fixup"}), 2, empty,
                 {"how the layers are connected", "gpt2"});
}

TEST(InitLike, FreshWeightsForAFilesTensorsKeepNamesShapesAndTypes) {
  const TemporaryFolder folder;
  ASSERT_EQ(init(folder / "a.safetensors", {"--net", "20-30-4", "--dtype", "bf16"}).status, 0);
  const Finished finished = init(folder / "b.safetensors", {"--like", (folder / "a.safetensors").string(), "--seed",
                                                            "1", "--init", "he_normal", "--role", "*bias=bias"});
  ASSERT_EQ(finished.status, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("dense"), HasSubstr("rank 2"), HasSubstr("--role *bias")));
  const io::SafetensorsFile a(folder / "a.safetensors");
  const io::SafetensorsFile b(folder / "b.safetensors");
  ASSERT_EQ(a.entries().size(), b.entries().size());
  for (const io::SafetensorsEntry& entry : a.entries()) {
    // The same names, axes, rule and seed: the same values.
    EXPECT_EQ(a.read(entry).data, b.read(b.find(entry.name)).data) << entry.name;
    EXPECT_EQ(entry.dtype, b.find(entry.name).dtype);
  }
  const TemporaryFolder empty;
  expect_failure(
      init(empty / "c.safetensors", {"--like", (folder / "a.safetensors").string(), "--role", "layer1.bias=dense"}), 2,
      empty, {"layer1.bias", "[30]", "[out, in]"});
  expect_failure(init(empty / "c.safetensors", {"--like", (folder / "a.safetensors").string(), "--role", "x=dense"}), 2,
                 empty, {"no tensor"});
  expect_failure(init(empty / "c.safetensors", {"--like", (folder / "none.safetensors").string()}), 3, empty,
                 {"none.safetensors"});
}

}  // namespace
}  // namespace fanin::cli_test
