#include <fmt/format.h>

#include "fanin/report/numbers.hpp"
#include "fanin/report/page/page_data.hpp"
#include "fanin/report/page/page_json.hpp"
#include "fanin/report/page/watched_json.hpp"
#include "fanin/report/why_json.hpp"

namespace fanin::report {

std::string check_page_data(const CheckedRun& run) {
  Json page = page_head("check", run.title,
                        run.settings != nullptr ? settings_list(*run.settings) : std::vector<SettingLine>());
  if (!run.trace_file.empty()) page["command"] = "fanin check --trace " + shell_word(run.trace_file);
  add_fact(page, "Steps watched", grouped(static_cast<std::int64_t>(run.trace.steps.size())));
  add_fact(page, "Rows of a batch", grouped(run.trace.batch_rows));
  if (run.trace.data.rows > 0) add_fact(page, "Training rows", grouped(run.trace.data.rows));
  add_fact(page, "Optimizer", run.trace.optimizer + ", learning rate " + fmt::format("{:g}", run.trace.learning_rate));
  if (!run.trace.loss.empty()) add_fact(page, "Loss", run.trace.loss);
  if (run.trace.origin != "fanin") add_fact(page, "Trained by", run.trace.origin + " " + run.trace.origin_version);
  page["regression"] = run.trace.outputs < 2 || run.trace.loss.find("entropy") == std::string::npos;
  page["chance_accuracy"] = nullptr;
  page["summary"] = Json::array();
  Json watched{{"init", run.trace.init},
               {"seed", run.settings != nullptr ? Json(run.settings->training.seed) : Json(nullptr)},
               {"status", run.trace.ended},
               {"diverged_at_step", nullptr},
               {"start", nullptr},
               {"epochs", {{"epoch", Json::array()}}}};
  watched["watch"] = watched_json(run.trace, run.diagnosis, true);
  page["runs"] = Json::array({watched});
  if (run.why != nullptr) page["why"] = why_json(*run.why);
  return page_text(page);
}

}  // namespace fanin::report
