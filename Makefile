# make help lists the targets. Node 24 comes from npm, so any npm with Node 20 or newer starts this.
.DEFAULT_GOAL := help
.PHONY: help setup build image generate lint clean cluster-up cluster-down cluster-shell demo demo-down \
	test test-unit test-sim test-integration test-e2e sim bench-idle bench-memory bench-reconcile bench-drain \
	bench-balancer bench-soak bench

NODE := npm run -s node --
CLUSTER := $(NODE) test/cluster/main.ts

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  \033[36m%-16s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: node_modules/.stamp ## Install the npm packages

# Not "npm ci": it refuses a lock file without the optional binaries of every other platform. --no-save leaves the lock file alone.
node_modules/.stamp: package.json package-lock.json
	npm install --no-save --no-audit --no-fund
	@touch $@

demo: build ## Show the main job on a real cluster: one of our own (root), or the one of KUBECONFIG
	@$(NODE) scripts/in-cluster.ts $$($(NODE) -p process.execPath) demo/main.ts

demo-down: ## Remove every trace of the demo
	@$(NODE) demo/down.ts

test: build ## Run every test; what this machine cannot run is named
	@$(NODE) scripts/test.ts

test-unit test-sim test-integration test-e2e: test-%: build ## Run one kind of test
	@$(NODE) scripts/test.ts $*

sim: setup ## Simulate the planner with more seeds: make sim SEEDS=20000
	@SIM_SEEDS=$(or $(SEEDS),20000) npm test -- --selectProjects sim

bench: build ## Run every benchmark, also when one misses its bound; the exit code says so
	@$(MAKE) --no-print-directory --keep-going bench-idle bench-memory bench-reconcile bench-drain bench-balancer

bench-idle: build ## Count what the operator asks of the API server when nothing happens
	@$(NODE) test/bench/idle.ts

bench-memory: build ## Measure the memory of the operator at rest and of a sidecar under load
	@$(NODE) test/bench/memory.ts

bench-reconcile: build ## Compare the operator with the same requests sent bare
	@$(NODE) test/bench/reconcile.ts

bench-balancer: build ## Compare the balancer with HAProxy and nginx: make bench-balancer ARGS="--only cpu_per_request --rounds 3"
	@$(NODE) test/bench/balancer.ts $(ARGS)

bench-soak: build ## Send everything through the balancer for ten minutes: make bench-soak ARGS="--seconds 3600"
	@$(NODE) test/bench/soak.ts $(ARGS)

bench-drain: export GATEWAYPOOL_CLUSTER_STATE ?= /var/tmp/gatewaypool-bench
bench-drain: build ## Replace instances under load, and time a rollout beside bare Deployments (root)
	@$(NODE) scripts/in-cluster.ts --down $$($(NODE) -p process.execPath) test/bench/drain.ts

build: setup ## Bundle the operator and the balancer into dist/
	@$(NODE) scripts/build.ts

image: build ## Build the product's image from Debian packages (root) and print its archive
	@$(CLUSTER) image gatewaypool

lint: setup ## Check types, rules and format
	@npm run -s typecheck
	@npm run -s lint
	@npm run -s format:check

cluster-up: setup ## Start a real Kubernetes cluster on this machine (root); GATEWAYPOOL_CLUSTER_NODES=1…3
	@$(CLUSTER) up

cluster-down: setup ## End that cluster and remove every trace of it
	@$(CLUSTER) down

cluster-shell: setup ## Open a shell in that cluster's network, with kubectl and helm
	@$(CLUSTER) shell

generate: setup ## Write the generated files again: CRD, API reference, admission policy, plain installation
	@$(NODE) scripts/generate-api.ts
	@$(NODE) scripts/generate-install.ts

clean: ## Remove what was built here (the caches in ~/.cache/gatewaypool stay)
	rm -rf dist
