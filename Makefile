# `make book` builds the book, `make test` tests it; each does all of its own set-up.
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
INDEX := _build/html/index.html
TEACHING := teaching
MARKS ?= $(patsubst %/,%,$(HANDINS))-marks

.DEFAULT_GOAL := help
.PHONY: help book serve check test test-slow weigh pdf epub slides bench assignment grade key outputs address links frontend lock versions mutants clean distclean

help:  ## show this list
	@echo "How a convolutional network learns. The commands:"
	@sed -n 's/^\([a-z-]*\):.*## /  make \1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r name what; do printf '%-16s %s\n' "$$name" "$$what"; done

book: $(VENV)/ready frontend  ## build the book: environment, chapters executed, pages
	@$(BIN)/python tools/build.py

serve: book  ## build the book, serve it on this machine and open it
	@$(BIN)/python tools/serve.py $(PORT)

check: $(VENV)/ready-to-check  ## look the code over and run the unit tests of what changed: a minute
	@$(BIN)/python tools/check.py

test: book $(VENV)/ready-to-test  ## run the tests: library, stored outputs, built book
	@$(BIN)/python tools/test.py

test-slow: book $(VENV)/ready-to-test .grade/ready  ## run the slow ones: every page's barriers, live kernels, nbgrader
	@$(BIN)/python tools/test.py --slow

weigh: book $(VENV)/ready-to-test  ## list what each page weighs when it is opened, and each widget when it wakes
	@$(BIN)/python tools/weigh.py

pdf: book $(VENV)/ready-to-test  ## print the book as one PDF, named on the start page
	@$(BIN)/python tools/pdf.py

epub: book $(VENV)/ready-to-test  ## make an e-book of it, named on the start page
	@$(BIN)/python tools/epub.py

slides: book  ## cut every chapter into slides with notes for the speaker, named on the start page
	@$(BIN)/python tools/slides.py

bench: $(VENV)/ready-to-bench  ## measure the networks' speed against PyTorch and others, on a quiet machine
	@$(BIN)/python benchmarks/run.py

assignment: $(TEACHING)/ready  ## make the assignment: what to hand out, its source, its solution, nbgrader's course
	@echo "The assignment is in $(TEACHING)/course: hand out release/network."

grade: .grade/ready $(TEACHING)/ready  ## mark hand-ins, a folder for each student in one: make grade HANDINS=folder
	@test -n "$(HANDINS)" || { echo "Which folder? It has a folder for each student: make grade HANDINS=folder"; exit 1; }
	@PYTHONPATH=tools .grade/bin/python -m grading.batch "$(HANDINS)" $(TEACHING)/material "$(MARKS)" $(if $(TRUSTING),--trusting)
	@PYTHONPATH=tools .grade/bin/python -m grading.gradebook $(TEACHING)/course "$(MARKS)/results"

key: book $(VENV)/ready-to-test  ## print the key to all exercises and quizzes, for who teaches: teaching/key.pdf
	@$(BIN)/python tools/key.py $(TEACHING)/key.pdf

outputs: $(VENV)/ready  ## run the chapters again and store what they print and draw
	@$(BIN)/python tools/store_outputs.py

address: $(VENV)/ready  ## set the repository's address everywhere: make address URL=https://...
	@$(BIN)/python tools/address.py $(URL)

lock: $(VENV)/ready  ## resolve all versions anew, install them and run every test
	@$(BIN)/python tools/environment.py $(VENV) lock
	@$(BIN)/python tools/lock.py
	@rm -rf $(VENV)
	@$(MAKE) test test-slow versions

versions: $(VENV)/ready  ## run the unit tests with the oldest and the newest versions, in fresh environments
	@$(BIN)/python tools/versions.py oldest
	@$(BIN)/python tools/versions.py newest

mutants: $(VENV)/ready-to-test  ## plant faults in course_lib one at a time and report who notices: MINUTES=30 for a sample, LOG=file to go on later
	@$(BIN)/python tools/mutants.py $(if $(MINUTES),--minutes $(MINUTES)) $(if $(LOG),--log $(LOG)) $(if $(SEED),--seed $(SEED))

links: book  ## ask every other place that the book links to whether it is still there
	@$(BIN)/jupyter-book build . --builder linkcheck

frontend: $(VENV)/ready  ## fetch what sets formulas, draws widgets' first views and picks styles, and the fonts, from npm
	@$(BIN)/python book/_ext/course_book/frontend.py

clean:  ## delete the built book (the environment stays)
	rm -rf _build
	@echo "The built book is deleted; make book builds it again."

distclean: clean  ## delete the environment and the front-end parts too
	rm -rf $(VENV) .frontend .live .bench .grade
	@echo "The environment and the front-end parts are deleted too."

# Set-up, done again only when what it depends on has changed
$(VENV)/ready: requirements.txt pyproject.toml constraints/lock.txt tools/environment.py
	@sh tools/python.sh tools/environment.py $(VENV)
	@touch $@

$(VENV)/ready-to-test: $(VENV)/ready
	@$(BIN)/python tools/environment.py $(VENV) browser
	@touch $@

$(VENV)/ready-to-check: $(VENV)/ready
	@$(BIN)/python tools/environment.py $(VENV) check
	@touch $@

$(VENV)/ready-to-bench: $(VENV)/ready benchmarks/peers.py
	@$(BIN)/python tools/environment.py $(VENV) bench,referee
	@$(BIN)/python benchmarks/peers.py
	@touch $@

.grade/ready: tools/grading/requirements.txt tools/environment.py
	@sh tools/python.sh tools/environment.py .grade tools/grading/requirements.txt
	@touch $@

$(TEACHING)/ready: $(VENV)/ready .grade/ready $(wildcard assignment/*) $(addprefix tools/grading/,build.py material.py parts.py)
	@PYTHONPATH=tools $(BIN)/python -m grading.material $(TEACHING)/material
	@PYTHONPATH=tools .grade/bin/python -m grading.build $(TEACHING)/material $(TEACHING)/course
	@touch $@
