#include "fanin/experiment/trace_file/trace_file.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace {

constexpr const char* kHeader =
    R"({"record":"header","format":"fanin-trace","version":1,"origin":"pytorch","loss":"mse","learning_rate":0.1,)"
    R"("nodes":[{"name":"a","kind":"dense","parameters":[0],"units":2},{"name":"b","kind":"activation",)"
    R"("attributes":"relu","inputs":[0]}],"parameters":[{"name":"a.weight","role":"weight","shape":[2,3],"fan_in":3}],)"
    R"("data":{"rows":10,"class_shares":[0.5,0.5]}})";

}  // namespace

std::vector<std::string> fanin::fuzz::seeds() {
  return {
      std::string(kHeader) + "\n" +
          R"({"record":"step","step":0,"loss":2.3,"gradient_norm":"inf","nodes":[{"output":{"count":4,"mean":0.5,)"
          R"("variance":1e-3,"zero":1,"positive":2},"dead_units":0.5,"output_histogram":{"low":-1,"high":0.5,)"
          R"("counts":[3,1]}},{"gradient":{"count":2,"nan":1,"first_non_finite":1},"gradient_histogram":{"low":1e-9,)"
          R"("high":1e-9,"counts":[1]}}],"parameters":[{"value":{"count":6,"min":-1,"max":1},"update_norm":"nan",)"
          R"("value_histogram":{"low":-1,"high":1,"counts":[2,0,4]}}]})" +
          "\n" + R"({"record":"step","step":1,"loss":"nan","clipped":true})" + "\n" +
          R"({"record":"facts","jacobian":{"mean_square":1.5},"non_finite":{"step":1,"tensor":"loss","nan":true}})" +
          "\n" +
          R"({"record":"end","ended":"diverged","filters":{"parameter":"a.weight","units":2,"channels":1,"height":1,)" +
          R"("width":3,"start":[0.1,-0.2,1e-30,0,1,2],"end":[1,2,3,4,5,"nan"]}})" + "\n",
      R"({"record":"header","format":"fanin-trace","version":1,"origin":"fanin","nodes":[{"name":"input",)"
      R"("kind":"input"},{"name":"a.dense","kind":"dense","inputs":[0],"parameters":[0]}],"parameters":[{"name":)"
      R"("a.weight","role":"weight","shape":[2,3]}],"network":"[network]\ninput = [3]\n[[layer]]\nname = \"a\"\n)"
      R"(op = \"dense\"\nbias = false\nunits = 2\n"})"
      "\n",
  };
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fanin;
  return fuzz::survive([&] {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const experiment::TraceLimits limits{.line_bytes = fuzz::kLimit, .memory_bytes = fuzz::kLimit};
    const experiment::TraceFile file = experiment::parse_trace(text, "fuzz.jsonl", limits);
    // What was understood is written and understood again.
    const std::string once = experiment::trace_text(file.trace);
    FANIN_ASSERT(experiment::trace_text(experiment::parse_trace(once, "again.jsonl").trace) == once);
  });
}
