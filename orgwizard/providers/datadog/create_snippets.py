"""The request that creates a child org at Datadog in each language, with its official client, sent once.

Sources: createChildOrg in Datadog's OpenAPI document, and the examples in the repositories of its clients.
"""

from collections.abc import Mapping

CREATIONS: Mapping[str, str] = {
    "curl": """\
# Creates a child org; it cannot be deleted. Needs the parent's DD_API_KEY, DD_APP_KEY and @PLACE@.
# The response has the only copy of the new keys: it goes to a file that only you can read.
set -eu
umask 077
set -C
exec > child-org.json
curl --fail-with-body --silent --show-error --request POST --header @- \\
  --data '{"name": "New child org"}' "@URL@/api/v1/org" <<END
Accept: application/json
Content-Type: application/json
DD-API-KEY: $DD_API_KEY
DD-APPLICATION-KEY: $DD_APP_KEY
END
""",
    "python": """\
# Creates a child org; it cannot be deleted. Needs the parent's DD_API_KEY, DD_APP_KEY and @PLACE@.
# The response has the only copy of the new keys: it goes to a file that only you can read.
import json
import os

from datadog_api_client import ApiClient, Configuration
from datadog_api_client.v1.api.organizations_api import OrganizationsApi
from datadog_api_client.v1.model.organization_create_body import OrganizationCreateBody

configuration = Configuration(@SERVER@)
# Opened before the request is sent, readable only by you; fails if the file exists.
handle = os.open("child-org.json", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
with open(handle, "w") as kept, ApiClient(configuration) as client:
    response = OrganizationsApi(client).create_child_org(body=OrganizationCreateBody(name="New child org"))
    json.dump(response.to_dict(), kept, default=str)
print("The response is in child-org.json.")
""",
    "typescript": """\
// Creates a child org; it cannot be deleted. Needs the parent's DD_API_KEY, DD_APP_KEY and @PLACE@.
// The response has the only copy of the new keys: it goes to a file that only you can read.
import { open } from "node:fs/promises";
import { client, v1 } from "@datadog/datadog-api-client";

const configuration = client.createConfiguration(@SERVER@);
const kept = await open("child-org.json", "wx", 0o600);
const response = await new v1.OrganizationsApi(configuration).createChildOrg({ body: { name: "New child org" } });
await kept.writeFile(JSON.stringify(response));
await kept.close();
console.log("The response is in child-org.json.");
""",
    "go": """\
// Creates a child org; it cannot be deleted. Needs the parent's DD_API_KEY, DD_APP_KEY and @PLACE@.
// The response has the only copy of the new keys: it goes to a file that only you can read.

package main

import (
	"context"
	"encoding/json"
	"log"
	"os"

	"github.com/DataDog/datadog-api-client-go/v2/api/datadog"
	"github.com/DataDog/datadog-api-client-go/v2/api/datadogV1"
)

func main() {
	ctx := datadog.NewDefaultContext(context.Background())
@SERVER@	kept, err := os.OpenFile("child-org.json", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		log.Fatal(err)
	}
	api := datadogV1.NewOrganizationsApi(datadog.NewAPIClient(datadog.NewConfiguration()))
	response, _, err := api.CreateChildOrg(ctx, datadogV1.OrganizationCreateBody{Name: "New child org"})
	if err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(kept).Encode(response); err != nil {
		log.Fatal(err)
	}
	if err := kept.Close(); err != nil {
		log.Fatal(err)
	}
	log.Print("The response is in child-org.json.")
}
""",
    "java": """\
// Creates a child org; it cannot be deleted. Needs the parent's DD_API_KEY, DD_APP_KEY and @PLACE@.
// The response has the only copy of the new keys: it goes to a file that only you can read.
import com.datadog.api.client.ApiClient;
import com.datadog.api.client.JSON;
import com.datadog.api.client.v1.api.OrganizationsApi;
import com.datadog.api.client.v1.model.OrganizationCreateBody;
import com.datadog.api.client.v1.model.OrganizationCreateResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

public class CreateChildOrg {
  public static void main(String[] arguments) throws Exception {
    ApiClient client = ApiClient.getDefaultApiClient();
@SERVER@    Path kept = Path.of("child-org.json");
    Files.createFile(kept, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    OrganizationCreateResponse response =
        new OrganizationsApi(client).createChildOrg(new OrganizationCreateBody().name("New child org"));
    Files.writeString(kept, JSON.getDefault().getMapper().writeValueAsString(response));
    System.out.println("The response is in child-org.json.");
  }
}
""",
    "ruby": """\
# Creates a child org; it cannot be deleted. Needs the parent's DD_API_KEY, DD_APP_KEY and @PLACE@.
# The response has the only copy of the new keys: it goes to a file that only you can read.
require "datadog_api_client"
require "json"

@SERVER@body = DatadogAPIClient::V1::OrganizationCreateBody.new({ name: "New child org" })
File.open("child-org.json", File::WRONLY | File::CREAT | File::EXCL, 0o600) do |kept|
  response = DatadogAPIClient::V1::OrganizationsAPI.new.create_child_org(body)
  kept.write(JSON.generate(response.to_hash))
end
puts "The response is in child-org.json."
""",
    "rust": """\
// Creates a child org; it cannot be deleted. Needs the parent's DD_API_KEY, DD_APP_KEY and @PLACE@.
// The response has the only copy of the new keys: it goes to a file that only you can read.
//   cargo add datadog-api-client serde_json
//   cargo add tokio --features full
use datadog_api_client::datadog::Configuration;
use datadog_api_client::datadogV1::api_organizations::OrganizationsAPI;
use datadog_api_client::datadogV1::model::OrganizationCreateBody;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let @MUTABLE@configuration = Configuration::new();
@SERVER@    let kept = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open("child-org.json")?;
    let body = OrganizationCreateBody::new("New child org".to_string());
    let response = OrganizationsAPI::with_config(configuration)
        .create_child_org(body)
        .await
        .map_err(|error| format!("{error:?}"))?;
    serde_json::to_writer(kept, &response)?;
    println!("The response is in child-org.json.");
    Ok(())
}
""",
    "terraform": """\
# Creates a child org; it cannot be deleted, and destroy only forgets it. Needs the parent's DD_API_KEY, DD_APP_KEY
# and DD_HOST. Terraform stores the new keys in its state in plain text: protect the state.
terraform {
  required_providers {
    datadog = {
      source  = "DataDog/datadog"
      version = ">= 3.0"
    }
  }
}

provider "datadog" {
  # A repeated request could create a second org.
  http_client_retry_enabled = "false"
}

resource "datadog_child_organization" "new" {
  name = "New child org"
}
""",
}
