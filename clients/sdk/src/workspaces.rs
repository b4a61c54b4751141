//! Workspaces and their members.

use http::Method;
use uuid::Uuid;
use wire::page::CamelPage;
use wire::workspaces::{AddMember, AuditEntry, ChangeMember, ChangeWorkspace, CreateWorkspace, Member, Workspace};

use crate::address::segment;
use crate::call::Call;
use crate::client::Client;
use crate::error::Result;

impl Client {
    pub async fn list_workspaces(&self, cursor: Option<&str>) -> Result<CamelPage<Workspace>> {
        self.send(Call::get("/v1/workspaces").query("limit", Some(200)).query("cursor", cursor)).await
    }

    pub async fn create_workspace(&self, workspace: &CreateWorkspace) -> Result<Workspace> {
        self.send(Call::post("/v1/workspaces").json(workspace)?).await
    }

    /// By id or slug.
    pub async fn get_workspace(&self, workspace: &str) -> Result<Workspace> {
        self.send(Call::get(format!("/v1/workspaces/{}", segment(workspace)))).await
    }

    pub async fn patch_workspace(&self, workspace: &str, change: &ChangeWorkspace) -> Result<Workspace> {
        self.send(Call::new(Method::PATCH, format!("/v1/workspaces/{}", segment(workspace))).repeatable().json(change)?).await
    }

    pub async fn list_members(&self, workspace: &str, cursor: Option<&str>) -> Result<CamelPage<Member>> {
        let call = Call::get(format!("/v1/workspaces/{}/members", segment(workspace)));
        self.send(call.query("limit", Some(200)).query("cursor", cursor)).await
    }

    pub async fn add_member(&self, workspace: &str, member: &AddMember) -> Result<Member> {
        self.send(Call::post(format!("/v1/workspaces/{}/members", segment(workspace))).json(member)?).await
    }

    pub async fn patch_member(&self, workspace: &str, user: Uuid, change: &ChangeMember) -> Result<Member> {
        let call = Call::new(Method::PATCH, format!("/v1/workspaces/{}/members/{user}", segment(workspace)));
        self.send(call.repeatable().json(change)?).await
    }

    pub async fn remove_member(&self, workspace: &str, user: Uuid) -> Result<()> {
        self.send_for_nothing(Call::new(Method::DELETE, format!("/v1/workspaces/{}/members/{user}", segment(workspace)))).await
    }

    /// What was done in the workspace, and what was refused, newest first; of one resource, by id or slug.
    pub async fn list_audit(&self, resource: Option<&str>, cursor: Option<&str>) -> Result<CamelPage<AuditEntry>> {
        self.send(Call::get("/v1/audit").query("limit", Some(200)).query("resource", resource).query("cursor", cursor)).await
    }
}
