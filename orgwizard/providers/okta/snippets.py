"""A first call to an org at Okta, in each language with its official client where there is one; it only reads."""

from collections.abc import Mapping

from orgwizard.domain.handoff import ChildOrg, in_snippet

FIRST_CALLS: Mapping[str, str] = {
    "curl": """\
# First call to the new org (read-only): its settings. Run it with:
#   orgwizard exec @PROFILE@ -- sh first_call.sh
# The token is passed on standard input: arguments can be seen by other users.
curl --fail-with-body --silent --show-error --header @- "$OKTA_CLIENT_ORGURL/api/v1/org" <<END
Accept: application/json
Authorization: SSWS $OKTA_CLIENT_TOKEN
END
""",
    "python": """\
# First call to the new org (read-only): its settings. Run it with:
#   pip install okta
#   orgwizard exec @PROFILE@ -- python first_call.py
import asyncio
import os

from okta.client import Client


async def main():
    # Passed explicitly, because an okta.yaml would take precedence over the environment.
    client = Client({"orgUrl": os.environ["OKTA_CLIENT_ORGURL"], "token": os.environ["OKTA_CLIENT_TOKEN"]})
    settings, _, error = await client.get_org_settings()
    if error:
        raise SystemExit(str(error))
    print(settings.id, settings.subdomain, settings.status)


asyncio.run(main())
""",
    "typescript": """\
// First call to the new org (read-only): its settings. Run it with:
//   npm install @okta/okta-sdk-nodejs tsx
//   orgwizard exec @PROFILE@ -- npx tsx first_call.ts
import { Client } from "@okta/okta-sdk-nodejs";

const client = new Client({
  orgUrl: process.env.OKTA_CLIENT_ORGURL,
  token: process.env.OKTA_CLIENT_TOKEN,
});
client.orgSettingApi
  .getOrgSettings()
  .then((settings) => console.log(settings.id, settings.subdomain, settings.status))
  .catch((error) => {
    console.error(String(error));
    process.exitCode = 1;
  });
""",
    "go": """\
// First call to the new org (read-only): its settings. Run it with:
//   go get github.com/okta/okta-sdk-golang/v6
//   orgwizard exec @PROFILE@ -- go run first_call.go

package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/okta/okta-sdk-golang/v6/okta"
)

func main() {
	config, err := okta.NewConfiguration(
		okta.WithOrgUrl(os.Getenv("OKTA_CLIENT_ORGURL")),
		okta.WithToken(os.Getenv("OKTA_CLIENT_TOKEN")),
	)
	if err != nil {
		log.Fatal(err)
	}
	client := okta.NewAPIClient(config)
	settings, _, err := client.OrgSettingGeneralAPI.GetOrgSettings(context.Background()).Execute()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(settings.GetId(), settings.GetSubdomain(), settings.GetStatus())
}
""",
    "java": """\
// First call to the new org (read-only): its settings. Run it with com.okta.sdk:okta-sdk-api and
// okta-sdk-impl on the class path:
//   orgwizard exec @PROFILE@ -- java FirstCall.java
import com.okta.sdk.authc.credentials.TokenClientCredentials;
import com.okta.sdk.client.Clients;
import com.okta.sdk.resource.api.OrgSettingGeneralApi;
import com.okta.sdk.resource.client.ApiClient;
import com.okta.sdk.resource.model.OrgSetting;

public class FirstCall {
  public static void main(String[] arguments) throws Exception {
    ApiClient client =
        Clients.builder()
            .setOrgUrl(System.getenv("OKTA_CLIENT_ORGURL"))
            .setClientCredentials(new TokenClientCredentials(System.getenv("OKTA_CLIENT_TOKEN")))
            .build();
    OrgSetting settings = new OrgSettingGeneralApi(client).getOrgSettings();
    System.out.println(settings.getId() + " " + settings.getSubdomain() + " " + settings.getStatus());
  }
}
""",
    "ruby": """\
# First call to the new org (read-only): its settings. Okta has no official client for Ruby. Run it with:
#   orgwizard exec @PROFILE@ -- ruby first_call.rb
require "json"
require "net/http"

url = URI("#{ENV.fetch('OKTA_CLIENT_ORGURL')}/api/v1/org")
headers = { "Accept" => "application/json", "Authorization" => "SSWS #{ENV.fetch('OKTA_CLIENT_TOKEN')}" }
response = Net::HTTP.get_response(url, headers)
abort("HTTP #{response.code}: #{response.body}") unless response.is_a?(Net::HTTPSuccess)
settings = JSON.parse(response.body)
puts settings.values_at("id", "subdomain", "status").join(" ")
""",
    "rust": """\
// First call to the new org (read-only): its settings. Okta has no official client for Rust. Run it with:
//   cargo add reqwest --features blocking
//   orgwizard exec @PROFILE@ -- cargo run
use std::env;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = format!("{}/api/v1/org", env::var("OKTA_CLIENT_ORGURL")?);
    let authorization = format!("SSWS {}", env::var("OKTA_CLIENT_TOKEN")?);
    let response = reqwest::blocking::Client::new()
        .get(url)
        .header("Accept", "application/json")
        .header("Authorization", authorization)
        .send()?
        .error_for_status()?;
    println!("{}", response.text()?);
    Ok(())
}
""",
    "terraform": """\
# First call to the new org (read-only): its settings. The provider reads OKTA_ORG_NAME, OKTA_BASE_URL and
# OKTA_API_TOKEN. Run it with:
#   terraform init
#   orgwizard exec @PROFILE@ -- terraform plan
# To pass them as variables instead: orgwizard env @PROFILE@ --output child.auto.tfvars
#
# Terraform cannot import the org itself: Okta's provider has no resource for child orgs.
terraform {
  required_providers {
    okta = {
      source  = "okta/okta"
      version = "~> 6.0"
    }
  }
}

provider "okta" {}

data "okta_org_metadata" "child" {}

output "org_id" {
  value = data.okta_org_metadata.child.id
}
""",
}


def snippets(org: ChildOrg, *, create: bool) -> dict[str, str]:
    """Return the programs by language: a first call to *org*, or one that creates an org below the parent."""
    if create:
        from orgwizard.providers.okta.create_snippets import CREATIONS

        return dict(CREATIONS)
    return in_snippet(FIRST_CALLS, {"@PROFILE@": org.profile})
