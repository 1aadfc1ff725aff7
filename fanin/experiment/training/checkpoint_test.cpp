#include "fanin/experiment/training/checkpoint.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "fanin/core/gemm.hpp"
#include "fanin/experiment/training/setup.hpp"
#include "fanin/experiment/training/small_for_test.hpp"
#include "fanin/init/checksum.hpp"
#include "fanin/io/safetensors_writer.hpp"

namespace fanin::experiment {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string read_bytes(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_bytes(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

/// A checkpoint in the middle of the second epoch.
class CheckpointTest : public ::testing::Test {
 protected:
  CheckpointTest() : data_(small_data()) {
    use_one_thread();
    settings_ = small_settings();
    settings_.net = "mlp(1, 3, norm=batch)";
    settings_.out = folder_.path();
    StopAt stop(7);
    train(settings_, data_, &stop, stop.token());
    bytes_ = read_bytes(file_);
  }

  /// Reads everything, as a resumption does. The tensors of what was accepted, or nothing.
  std::map<std::string, std::vector<float>> load() {
    const Checkpoint checkpoint = read_checkpoint(file_);
    engine::PlanOptions options = plan_options(checkpoint.settings, data_, checkpoint.scaling);
    options.threads = 1;
    engine::Plan plan(checkpoint.graph, options);
    restore(checkpoint, plan, true);
    return tensors_of(file_);
  }

  /// Rewrites the file with another text of JSON, whose checksum is right, and other tensors.
  void rewrite(const std::function<void(Json&)>& edit,
               const std::function<void(std::vector<io::NamedArray>&)>& edit_tensors = {}) {
    write_bytes(file_, bytes_);
    const io::SafetensorsFile file(file_);
    Json json = Json::parse(file.metadata().at("fanin.training"));
    edit(json);
    const std::string text = json.dump();
    init::Checksum checksum;
    checksum.append(std::as_bytes(std::span(text)));
    const std::map<std::string, std::vector<float>> tensors = tensors_of(file_);
    std::vector<io::NamedArray> arrays;
    for (const io::SafetensorsEntry& entry : file.entries()) {
      arrays.push_back({entry.name, {DType::f32, entry.shape, std::as_bytes(std::span(tensors.at(entry.name)))}});
    }
    if (edit_tensors) edit_tensors(arrays);
    io::write_safetensors(
        file_, arrays, {{"fanin.training", text}, {"fanin.training.checksum", init::checksum_text(checksum.value())}});
  }

  std::string resumed() {
    return refusal([this] { resume_training(settings_, data_, nullptr, {}); });
  }

  TestFolder folder_;
  std::filesystem::path file_ = folder_.path() / "last.safetensors";
  DataSet data_;
  TrainSettings settings_;
  std::string bytes_;
};

TEST_F(CheckpointTest, HoldsSettingsStateNetworkAndTensors) {
  const Checkpoint checkpoint = read_checkpoint(file_);
  EXPECT_EQ(checkpoint.settings.net, settings_.net);
  EXPECT_EQ(checkpoint.settings.learning_rate, 1e-3);
  EXPECT_EQ(checkpoint.state.steps, 7);
  EXPECT_EQ(checkpoint.state.epoch, 2);
  EXPECT_EQ(checkpoint.state.row, 26);
  EXPECT_EQ(checkpoint.state.epochs.size(), 1U);
  EXPECT_EQ(checkpoint.data.train_rows, 64);
  EXPECT_TRUE(checkpoint.resumable);
  std::vector<std::string> names;
  for (const auto& [name, values] : tensors_of(file_)) names.push_back(name);
  EXPECT_THAT(names, ::testing::IsSupersetOf(
                         {"head.bias", "head.weight", "optimizer:1:head.weight", "optimizer:2:head.weight"}));
  EXPECT_EQ(names.size(), 3 * checkpoint.graph.parameters().size() + 2);  // and the norm's two statistics
}

TEST_F(CheckpointTest, TheBestHoldsNoOptimizerStateAndCannotBeResumed) {
  const Checkpoint best = read_checkpoint(folder_.path() / "best.safetensors");
  EXPECT_FALSE(best.resumable);
  for (const auto& [name, values] : tensors_of(folder_.path() / "best.safetensors")) {
    EXPECT_THAT(name, ::testing::Not(HasSubstr("optimizer")));
  }
}

TEST_F(CheckpointTest, EveryTruncationIsAnErrorThatNamesTheFile) {
  for (std::size_t length = 0; length < bytes_.size(); length += length < 64 ? 1 : 97) {
    write_bytes(file_, bytes_.substr(0, length));
    EXPECT_THAT(refusal([this] { load(); }), AllOf(StartsWith("bad_data: "), HasSubstr(file_.string()))) << length;
  }
  write_bytes(file_, bytes_ + "x");
  EXPECT_THAT(refusal([this] { load(); }), StartsWith("bad_data: "));
}

TEST_F(CheckpointTest, EveryFlippedBitIsFound) {
  const std::map<std::string, std::vector<float>> tensors = load();
  const std::string state = timeless(read_checkpoint(file_).state);
  std::size_t found = 0;
  std::size_t flips = 0;
  for (std::size_t byte = 0; byte < bytes_.size(); byte += byte < 64 ? 1 : 11) {
    std::string bytes = bytes_;
    bytes[byte] = static_cast<char>(static_cast<unsigned char>(bytes[byte]) ^ (1U << (byte % 8)));
    write_bytes(file_, bytes);
    ++flips;
    std::string refused = refusal([&] {
      EXPECT_EQ(load(), tensors) << byte;  // "format": "pt", for other readers, does not matter
      EXPECT_EQ(timeless(read_checkpoint(file_).state), state) << byte;
    });
    if (refused == "accepted") continue;
    ++found;
    EXPECT_THAT(refused, HasSubstr(file_.string())) << byte;
  }
  EXPECT_GE(found + 2, flips);
}

TEST_F(CheckpointTest, AForeignFileIsToldFromACheckpoint) {
  const std::vector<float> values(4);
  io::write_safetensors(
      file_, std::vector<io::NamedArray>{{"weight", {DType::f32, Shape{4}, std::as_bytes(std::span(values))}}});
  EXPECT_THAT(refusal([this] { load(); }), AllOf(StartsWith("bad_data: " + file_.string()), HasSubstr("fanin train")));
  write_bytes(file_, "PK\x03\x04 a zip file, as torch.save writes them");
  EXPECT_THAT(refusal([this] { load(); }), AllOf(StartsWith("bad_data: "), HasSubstr(file_.string())));
  std::filesystem::remove(file_);
  EXPECT_THAT(refusal([this] { load(); }), AllOf(StartsWith("missing_data: "), HasSubstr(file_.string())));
}

TEST_F(CheckpointTest, AMissingAMisshapenAndAStrangeTensorAreNamed) {
  const auto nothing = [](Json&) {};
  rewrite(nothing, [](std::vector<io::NamedArray>& arrays) { arrays.pop_back(); });
  EXPECT_THAT(resumed(), AllOf(StartsWith("bad_data: " + file_.string()), HasSubstr("is missing")));
  rewrite(nothing, [](std::vector<io::NamedArray>& arrays) {
    for (io::NamedArray& array : arrays) {
      if (array.name == "head.weight") array.array.shape = Shape{3, 2};
    }
  });
  EXPECT_THAT(resumed(),
              AllOf(StartsWith("bad_data: " + file_.string()), HasSubstr("head.weight"), HasSubstr("[2, 3] of F32")));
  rewrite(nothing, [](std::vector<io::NamedArray>& arrays) { arrays.back().name = "stranger"; });
  EXPECT_THAT(resumed(), AllOf(StartsWith("bad_data: " + file_.string()), HasSubstr("'stranger'")));
}

TEST_F(CheckpointTest, HostileNumbersAreErrorsThatNameTheFile) {
  using Pointer = Json::json_pointer;
  const std::vector<std::pair<const char*, Json>> edits{
      {"/format", 2},
      {"/format", "one"},
      {"/state/steps", 1e300},
      {"/state/steps", -1},
      {"/state/steps", "7"},
      {"/state/steps", 18446744073709551615U},
      {"/state/steps", 8},
      {"/state/passes", -3},
      {"/state/row", std::int64_t{1} << 62},
      {"/state/row", 63},
      {"/state/epoch", 0},
      {"/state/epoch", 99},
      {"/state/epochs", 5},
      {"/state/epochs", Json::array()},
      {"/state/best_epoch", 7},
      {"/state/best_value", "very good"},
      {"/state/status", "asleep"},
      {"/state/loss_sum", nullptr},
      {"/settings/batch_size", 0},
      {"/settings/batch_size", std::int64_t{1} << 60},
      {"/settings/accumulate", 0},
      {"/settings/chunks", 0},
      {"/settings/chunks", std::int64_t{1} << 40},
      {"/settings/epochs", -5},
      {"/settings/learning_rate", "nan"},
      {"/settings/learning_rate", -1},
      {"/settings/clip_limit", 0},
      {"/settings/optimizer", "adma"},
      {"/settings/loss", 3},
      {"/settings/schedule", "cosine(warmup=-1)"},
      {"/settings/clipping", "hair"},
      {"/settings/task", 77},
      {"/settings/seed", -1},
      {"/settings/net", Json::array({1, 2})},
      {"/scaling/shift", Json::array()},
      {"/scaling/divisor", Json::array({"a"})},
      {"/data/train_rows", 1e10},
      {"/tensors_checksum", 1},
      {"/tensors_checksum", "0000000000000000"},
      {"/state/row", 25},  // no whole number of batches
      {"/network", "[[layer]]\nop = 'dense'\nunits = 1000000000000\n"},
      {"/network", "not = a network"},
      {"/network", 5},
      {"/resumable", "yes"},
  };
  for (const auto& [pointer, value] : edits) {
    rewrite([&](Json& json) { json.at(Pointer(pointer)) = value; });
    const std::string answer = resumed();
    EXPECT_THAT(answer, HasSubstr(file_.string())) << pointer << " " << value;
    EXPECT_THAT(answer, ::testing::AnyOf(StartsWith("bad_data"), StartsWith("unsupported"))) << pointer << " " << value;
  }
  rewrite([](Json& json) { json.erase("state"); });
  EXPECT_THAT(resumed(), StartsWith("bad_data: " + file_.string()));
  rewrite([](Json& json) { json = Json::array(); });
  EXPECT_THAT(resumed(), StartsWith("bad_data: " + file_.string()));
  rewrite([](Json&) {});
  EXPECT_EQ(resumed(), "accepted");
}

TEST_F(CheckpointTest, EvaluationRefusesDataThatDoNotSuit) {
  const auto evaluated = [this](const std::string& spec, const char* part) {
    return refusal([&] { evaluate_checkpoint(file_, load_data_set(spec, {}), part, {}); });
  };
  EXPECT_EQ(evaluated("spirals(points=8, test_points=3)", "test"), "accepted");
  EXPECT_EQ(evaluated("spirals(points=8, test_points=3)", "train"), "accepted");
  EXPECT_THAT(evaluated("spirals", "validation"), AllOf(StartsWith("bad_value: --part"), HasSubstr("--validation")));
  EXPECT_THAT(evaluated("spirals", "tests"), AllOf(StartsWith("unknown_name: --part"), HasSubstr("test")));
  EXPECT_THAT(evaluated("spirals(classes=3)", "test"), StartsWith("bad_shape: --data"));
  EXPECT_THAT(evaluated("parity", "test"), StartsWith("bad_shape: --data"));
  EXPECT_THAT(evaluated("teacher(inputs=2, outputs=2)", "test"),
              AllOf(StartsWith("bad_value: --data"), HasSubstr("targets")));
  EXPECT_THAT(evaluated("copy(length=2)", "test"), StartsWith("bad_shape: --data"));
}

TEST(Checkpoint, RemembersNumbersThatJsonDoesNotKnow) {
  for (const double value :
       {0.1, -0.0, 1e308, 5e-324, std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(number_from(Json::parse(exact_number(value).dump())), value);
  }
  EXPECT_TRUE(std::isnan(number_from(exact_number(std::numeric_limits<double>::quiet_NaN()))));
}

}  // namespace
}  // namespace fanin::experiment
