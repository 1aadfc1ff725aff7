#include "fanin/experiment/sweep/points.hpp"
#include "tests/fuzz/fuzz_target.hpp"

std::vector<std::string> fanin::fuzz::seeds() {
  return {
      "name = \"depth\"\nselect = \"learning_rate\"\ncompare = \"init\"\ngive_up_after = 0.25\n[data]\nsource = "
      "\"mnist\"\nvalidation = 0.1\nlimit_train = 100\nstandardize = true\n[base]\nepochs = 2\nactivation = "
      "\"tanh\"\nclip = \"norm=1\"\nschedule = \"cosine\"\n[axes]\ninit = [\"zeros\", \"normal(std=0.1)\"]\ndepth = "
      "[2, "
      "4]\nlearning_rate = {from = 1e-3, to = 1, count = 3, scale = \"log\"}\nseeds = [3, 5]\n",
      "name = \"drawn\"\nsampling = \"latin_hypercube\"\ncount = 5\nseed = 9\n[base]\nbias_variance = 0.05\n[axes]\n"
      "weight_variance = {from = 1, to = 4}\nwidth = {from = 8, to = 64, scale = \"log\"}\nresidual = [true, "
      "false]\nnormalization = [\"none\", \"layer\"]\nseeds = 2\n",
      "name = \"r\"\nsampling = \"random\"\ncount = 3\n[axes]\nnet = [\"784-10\", \"lenet5\"]\noptimizer = [\"sgd\", "
      "\"adam(beta1=0.8)\"]\nbatch_size = [16, 32]\nlabel_smoothing = {from = 0, to = 0.5}\n",
  };
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fanin;
  return fuzz::survive([&] {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const experiment::SweepPlan plan = experiment::parse_sweep(text, "fuzz.toml");
    const std::string json = to_json(plan);
    FANIN_ASSERT(experiment::plan_difference(json, to_json(experiment::parse_sweep(text, "again.toml"))).empty());
    const std::vector<experiment::SweepPoint> points = experiment::expand(plan, 200);
    for (std::size_t i = 1; i < points.size(); ++i) FANIN_ASSERT(points[i].key != points[0].key);
  });
}
