// A data set in a NumPy archive: x_train, y_train and perhaps x_test, y_test, as keras saves MNIST; or
// X and y (x, y), which a test part is cut from. Upper and lower case do not matter. Rows of inputs have
// any shape: [features], [time, features] for sequences, [channels, height, width] for images.
#pragma once

#include <filesystem>

#include "fanin/experiment/data/raw_data.hpp"

namespace fanin::experiment {

/// Reads the archive. y [rows] or [rows, 1] of integers holds labels, unless `task` says
/// regression; for sequences of `time` positions, y [rows, time] holds a label for each of them.
/// y [rows] or [rows, outputs] of floats holds targets, unless `task` says classification.
/// An integer array `vocabulary` of one element says that the inputs are token ids below it.
/// @throws Error bad_data naming the file and the array; bad_value for labels outside the classes, tokens
///         outside the vocabulary, or a vocabulary outside [2, 2^24].
RawData read_npz_file(const std::filesystem::path& path, Task task);

}  // namespace fanin::experiment
