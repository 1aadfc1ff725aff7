# The charts of report.html: web/ bundled by esbuild into one C++ file, where Node and npm are there.
#
#   FANIN_WEB=AUTO  the default: with Node 18 or later and npm, else without, and a message says so
#   FANIN_WEB=ON    a configuration without them fails
#   FANIN_WEB=OFF   without
#
# npm fetches the packages that web/package-lock.json names while CMake configures, and checks them against its sums.
set(FANIN_WEB AUTO CACHE STRING "Bundle the charts of report.html with Node: AUTO, ON or OFF")
set_property(CACHE FANIN_WEB PROPERTY STRINGS AUTO ON OFF)

set(FANIN_WEB_READY FALSE)
set(web_source ${PROJECT_SOURCE_DIR}/web)
set(web_build ${PROJECT_BINARY_DIR}/web)
set(web_missing "")
if(FANIN_WEB)
  find_program(FANIN_NODE NAMES node nodejs DOC "Node, to bundle the charts of report.html")
  find_program(FANIN_NPM npm DOC "npm, to fetch what web/package-lock.json names")
  if(NOT FANIN_NODE OR NOT FANIN_NPM)
    set(web_missing "node and npm are not both there (Debian: apt-get install nodejs npm)")
  else()
    execute_process(COMMAND ${FANIN_NODE} --version OUTPUT_VARIABLE node_version ERROR_QUIET
      OUTPUT_STRIP_TRAILING_WHITESPACE)
    string(REGEX MATCH "[0-9.]+" node_version "${node_version}")
    if(node_version VERSION_LESS 18)
      set(web_missing "${FANIN_NODE} is version ${node_version}, 18 is needed")
    endif()
  endif()
  if(NOT web_missing)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
      ${web_source}/package.json ${web_source}/package-lock.json ${web_source}/.npmrc)
    file(SHA256 ${web_source}/package-lock.json lock_sum)
    set(stamp ${web_build}/installed-${lock_sum})
    if(NOT EXISTS ${stamp})
      message(STATUS "Fetching the packages of web/package-lock.json")
      file(COPY ${web_source}/package.json ${web_source}/package-lock.json ${web_source}/.npmrc
        DESTINATION ${web_build})
      # No package's own scripts: esbuild's program is a package of its own.
      execute_process(COMMAND ${FANIN_NPM} ci --ignore-scripts --no-audit --no-fund --loglevel=error
        WORKING_DIRECTORY ${web_build} RESULT_VARIABLE npm_status ERROR_VARIABLE npm_said OUTPUT_QUIET)
      if(npm_status EQUAL 0)
        file(TOUCH ${stamp})
      else()
        string(STRIP "${npm_said}" npm_said)
        set(web_missing "npm ci failed:\n${npm_said}")
      endif()
    endif()
  endif()
  if(NOT web_missing)
    set(FANIN_WEB_READY TRUE)
  elseif(FANIN_WEB STREQUAL "AUTO")
    message(WARNING "report.html will have no charts, only data: ${web_missing}")
  else()
    message(FATAL_ERROR "FANIN_WEB=${FANIN_WEB} asks for the charts of report.html, but ${web_missing}")
  endif()
endif()

# Puts the bundle into `target`, in place of the file that stands for its absence.
function(fanin_web_bundle target absent)
  if(NOT FANIN_WEB_READY)
    return()
  endif()
  set(source ${PROJECT_SOURCE_DIR}/web)
  set(build ${PROJECT_BINARY_DIR}/web)
  file(GLOB_RECURSE scripts CONFIGURE_DEPENDS ${source}/src/*.js)
  add_custom_command(OUTPUT ${build}/page_bundle.cpp
    COMMAND ${FANIN_NODE} ${source}/build.mjs --modules ${build}/node_modules --out ${build}/page_bundle.cpp
    DEPENDS ${source}/build.mjs ${source}/template.html ${source}/style.css ${source}/package-lock.json ${scripts}
    COMMENT "Bundling the charts of report.html" VERBATIM)
  set_source_files_properties(${absent} PROPERTIES HEADER_FILE_ONLY TRUE)
  target_sources(${target} PRIVATE ${build}/page_bundle.cpp)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
endfunction()
