// A page: one HTML file with data, charts and style that needs no network and shows the same in ten years.
//
//     io::write_file_atomically("report.html", page_html(compare_page_data(result)));
//     page_data_in(text_of_report_html);       // the data again
#pragma once

#include <string>
#include <string_view>

namespace fanin::report {

/// Whether this build has the charts; without Node it has not, and a report is its data only.
bool has_page() noexcept;

/// What to say where it has not.
std::string_view no_page_reason() noexcept;

/// @param data  a JSON text as page_data.hpp makes them.
/// @throws Error unsupported where !has_page(), bad_data for a text that is no JSON.
std::string page_html(std::string_view data);

/// The data in a page that page_html made, of this version or another, or in a file that holds the data alone.
/// @param where  for errors: the file's name.
/// @throws Error bad_data for anything else, and for data of a later version than this program's.
std::string page_data_in(std::string_view text, const std::string& where);

}  // namespace fanin::report
