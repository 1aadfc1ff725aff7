#include "tests/faults/validate.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace fanin::faults {
namespace {

double skill_of(double loss, double chance) {
  const double skill = 1 - loss / chance;
  return std::isfinite(skill) ? std::max(skill, -1.0) : -1.0;
}

Course course_of(const experiment::TrainSettings& settings, DataSets& sets, double& chance) {
  const experiment::DataSet& data = sets.of(settings);
  const experiment::TrainResult result = experiment::train(settings, data, nullptr, {});
  chance = chance_loss(data, result.settings.loss);
  Course course;
  course.status = experiment::to_string(result.status);
  if (result.status == experiment::TrainStatus::diverged || result.epochs.empty()) return course;
  double sum = 0;
  std::int64_t before = 0;
  for (const experiment::TrainEpoch& epoch : result.epochs) {
    sum += skill_of(epoch.train_loss, chance) * static_cast<double>(epoch.steps - before);
    before = epoch.steps;
  }
  course.mean_skill = sum / static_cast<double>(before);
  course.skill = skill_of(result.epochs.back().train_loss, chance);
  course.accuracy = result.epochs.back().test_accuracy;
  return course;
}

// Clearly less at the end, or clearly later on the way there.
bool harmed(const Course& course, const Course& twin) {
  const double margin = std::max(0.05, 0.1 * twin.skill);
  return course.skill < twin.skill - margin || course.mean_skill < twin.mean_skill - std::max(0.1, margin);
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

}  // namespace

Validation validate(const Case& c, DataSets& data) {
  Validation v;
  v.id = c.id;
  v.course = course_of(c.settings, data, v.chance_loss);
  const Course& reference = c.twin ? v.twin : v.course;
  if (c.twin) {
    double chance = 0;
    v.twin = course_of(*c.twin, data, chance);
  }
  const bool learns = reference.status == "finished" && reference.skill >= c.needed_skill;
  if (!c.twin) {
    v.holds = learns;
    v.why = learns ? "learns" : "does not learn";
  } else if (!learns) {
    v.why = "the twin does not learn";
  } else {
    v.holds = harmed(v.course, v.twin);
    v.why = v.holds ? "harm" : "no harm";
  }
  return v;
}

std::string validation_header() {
  return "id,holds,why,status,skill,mean_skill,accuracy,twin_status,twin_skill,twin_mean_skill,twin_accuracy\n";
}

std::string to_csv(const Validation& v) {
  std::string line = v.id + (v.holds ? ",yes," : ",no,") + v.why;
  for (const Course* course : {&v.course, &v.twin}) {
    line += ',' + course->status;
    const bool known = !course->status.empty();
    for (const double value : {course->skill, course->mean_skill, course->accuracy}) {
      line += ',';
      if (known && std::isfinite(value)) line += number(value);
    }
  }
  return line + '\n';
}

}  // namespace fanin::faults
