mod evaluate_flow;
mod evaluate_flow_draft;
mod get_run;
mod get_run_stats;
mod list_runs;
mod samples;
