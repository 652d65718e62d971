# Writes OUT with the commit that SOURCE stands at; GIVEN, where it is not empty, is the word instead.
set(commit "${GIVEN}")
if(NOT commit)
  execute_process(COMMAND git -c safe.directory=* -C ${SOURCE} rev-parse --short=12 HEAD OUTPUT_VARIABLE commit
                  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT commit)
  set(commit unknown)
endif()
file(WRITE ${OUT} "#include \"cli/version.hpp\"\nnamespace straycat::cli {\nconst char* const built_from = \"${commit}\";\n}\n")
