// fanin audit: what a file of weights could come from, and what looks wrong in it.
#include <gmock/gmock.h>

#include <vector>

#include "fanin/io/safetensors_writer.hpp"
#include "program.hpp"
#include "tests/support/json.hpp"

namespace fanin::cli_test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using tests::parse_json;

TEST(Audit, RecognizesWhatInitWrote) {
  const TemporaryFolder folder;
  for (const char* name : {"w.safetensors", "w.npz"}) {
    const std::string path = (folder / name).string();
    ASSERT_EQ(run({"init", "--net", "784-256-128-10", "--init", "he_normal", "-o", path}).status, 0);
    const Finished finished = run({"audit", path});
    EXPECT_EQ(finished.status, 0) << finished.err;
    EXPECT_THAT(finished.out,
                AllOf(HasSubstr("layer1.weight"), HasSubstr("he_normal"), HasSubstr("Nothing looks wrong")));
    const json audit = parse_json(run({"audit", path, "--json"}).out);
    ASSERT_EQ(audit.at("tensors").size(), 6U);
    for (const json& tensor : audit["tensors"]) {
      if (tensor.at("name") != "layer1.weight") continue;
      EXPECT_NEAR(tensor.at("std_dev").get<double>(), 0.0505, 0.0005);
      EXPECT_EQ(tensor.at("compatible").at(0).at("rule").get<std::string>().substr(0, 9), "he_normal");
    }
    EXPECT_TRUE(audit.at("findings").empty());
  }
}

TEST(Audit, RecognizesGpt2sResidualProjections) {
  const TemporaryFolder folder;
  const std::vector<float> values(64 * 64, 0.0F);
  std::vector<io::NamedArray> arrays;
  std::vector<std::string> names;
  for (const char* block : {"h.0", "h.1"}) {
    for (const char* layer : {".attn.c_proj.weight", ".mlp.c_fc.weight", ".mlp.c_proj.weight"}) {
      names.push_back(std::string(block) + layer);
    }
  }
  for (const std::string& name : names) arrays.push_back({name, io::view_of<float>(values, {64, 64})});
  io::write_safetensors(folder / "a.safetensors", arrays);
  const std::string drawn = (folder / "b.safetensors").string();
  ASSERT_EQ(run({"init", "--like", (folder / "a.safetensors").string(), "--init", "gpt2", "-o", drawn}).status, 0);
  const json audit = parse_json(run({"audit", drawn, "--json"}).out);
  EXPECT_EQ(audit.at("version"), FANIN_PROJECT_VERSION);
  for (const json& tensor : audit.at("tensors")) {
    const bool projection = tensor.at("name").get<std::string>().ends_with("c_proj.weight");
    EXPECT_EQ(tensor.at("compatible").at(0).at("rule"), projection ? "gpt2" : "normal(std=0.02)") << tensor;
  }
}

void write_tensor_file(const std::filesystem::path& path) {
  std::vector<float> random(400);
  for (std::size_t i = 0; i < random.size(); ++i) random[i] = static_cast<float>((i * 7919 % 401)) / 401.0F - 0.5F;
  std::vector<float> broken = random;
  broken[17] = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> zero(400, 0.0F);
  const std::vector<float> same(400, 0.25F);
  const std::vector<float> none;
  const std::vector<std::int64_t> counter{3};
  const std::vector<io::NamedArray> arrays{
      {"a.weight", io::view_of<float>(random, {20, 20})},
      {"twin.weight", io::view_of<float>(random, {20, 20})},
      {"nan.weight", io::view_of<float>(broken, {20, 20})},
      {"zero.weight", io::view_of<float>(zero, {20, 20})},
      {"same.weight", io::view_of<float>(same, {20, 20})},
      {"none.weight", io::view_of<float>(none, {0, 20})},
      {"bn.num_batches_tracked", io::view_of<std::int64_t>(counter, Shape(std::vector<std::int64_t>{}))}};
  io::write_safetensors(path, arrays);
}

TEST(Audit, FindsWhatLooksWrongAndExitsWith1) {
  const TemporaryFolder folder;
  write_tensor_file(folder / "w.safetensors");
  const Finished finished = run({"audit", (folder / "w.safetensors").string()});
  EXPECT_EQ(finished.status, 1) << finished.err;
  const Finished as_json = run({"audit", "--json", (folder / "w.safetensors").string()});
  EXPECT_EQ(as_json.status, 1);
  const json audit = parse_json(run({"audit", (folder / "w.safetensors").string(), "--json"}).out);
  std::map<std::string, std::string> found;
  for (const json& finding : audit.at("findings")) found[finding.at("tensor")] = finding.at("code");
  const std::map<std::string, std::string> expected{{"twin.weight", "duplicate"},
                                                    {"nan.weight", "non_finite"},
                                                    {"zero.weight", "untouched"},
                                                    {"same.weight", "constant"},
                                                    {"none.weight", "empty"}};
  std::map<std::string, std::string> weights = found;
  if (weights.erase("a.weight") == 1) weights["twin.weight"] = "duplicate";  // either of the two may be named
  EXPECT_EQ(weights, expected);
}

TEST(Audit, UnreadableFilesAreRefused) {
  const TemporaryFolder folder;
  EXPECT_EQ(run({"audit", (folder / "none.safetensors").string()}).status, 3);
  write_file(folder / "w.safetensors", "not this format");
  EXPECT_EQ(run({"audit", (folder / "w.safetensors").string()}).status, 3);
  write_file(folder / "w.pth", "x");
  const Finished finished = run({"audit", (folder / "w.pth").string()});
  EXPECT_EQ(finished.status, 2);
  EXPECT_THAT(finished.err, HasSubstr(".safetensors"));
  EXPECT_EQ(run({"audit"}).status, 2);
}

}  // namespace
}  // namespace fanin::cli_test
