"""The request that creates a child org at Okta, in each language.

Plain HTTP throughout: the official clients reject the response of a creation that succeeded, and with it the only copy
of the token. Source: createChildOrg in Okta's OpenAPI document, with its example.
"""

from collections.abc import Mapping

from orgwizard.domain.handoff import in_snippet

# The example of the document, less what may be left out.
BODY = """\
{
  "subdomain": "my-child-org-1",
  "name": "My Child Org 1",
  "edition": "SKU",
  "website": "https://www.example.com",
  "admin": {
    "profile": {
      "firstName": "First",
      "lastName": "Last",
      "email": "FirstLast@example.com",
      "login": "FirstLast@example.com"
    }
  }
}"""

_WITHOUT_BODY: Mapping[str, str] = {
    "curl": """\
# Creates a child org; it cannot be deleted. Needs the parent's OKTA_CLIENT_ORGURL and OKTA_CLIENT_TOKEN.
# The response has the only copy of the new token: it goes to a file that only you can read.
set -eu
umask 077
set -C
exec > child-org.json
curl --fail-with-body --silent --show-error --request POST --header @- \\
  --data '@BODY@' "$OKTA_CLIENT_ORGURL/api/v1/orgs" <<END
Accept: application/json
Content-Type: application/json
Authorization: SSWS $OKTA_CLIENT_TOKEN
END
""",
    "python": """\
# Creates a child org; it cannot be deleted. Needs the parent's OKTA_CLIENT_ORGURL and OKTA_CLIENT_TOKEN.
# Not with Okta's client: it rejects the response, which has the only copy of the new token.
import os
import urllib.request

body = '''@BODY@'''
request = urllib.request.Request(
    os.environ["OKTA_CLIENT_ORGURL"] + "/api/v1/orgs",
    data=body.encode(),
    headers={
        "Accept": "application/json",
        "Content-Type": "application/json",
        "Authorization": "SSWS " + os.environ["OKTA_CLIENT_TOKEN"],
    },
)
# Opened before the request is sent, readable only by you; fails if the file exists.
handle = os.open("child-org.json", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
with open(handle, "wb") as kept, urllib.request.urlopen(request) as response:
    kept.write(response.read())
print("The response is in child-org.json.")
""",
    "typescript": """\
// Creates a child org; it cannot be deleted. Needs the parent's OKTA_CLIENT_ORGURL and OKTA_CLIENT_TOKEN.
// The response has the only copy of the new token: it goes to a file that only you can read.
import { open } from "node:fs/promises";

const kept = await open("child-org.json", "wx", 0o600);
const response = await fetch(`${process.env.OKTA_CLIENT_ORGURL}/api/v1/orgs`, {
  method: "POST",
  headers: {
    Accept: "application/json",
    "Content-Type": "application/json",
    Authorization: `SSWS ${process.env.OKTA_CLIENT_TOKEN}`,
  },
  body: `@BODY@`,
});
await kept.writeFile(await response.text());
await kept.close();
console.log(`HTTP ${response.status}; the response is in child-org.json.`);
process.exitCode = response.ok ? 0 : 1;
""",
    "go": """\
// Creates a child org; it cannot be deleted. Needs the parent's OKTA_CLIENT_ORGURL and OKTA_CLIENT_TOKEN.
// Not with Okta's client: it rejects the response, which has the only copy of the new token.

package main

import (
	"io"
	"log"
	"net/http"
	"os"
	"strings"
)

const body = `@BODY@`

func main() {
	kept, err := os.OpenFile("child-org.json", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		log.Fatal(err)
	}
	request, err := http.NewRequest("POST", os.Getenv("OKTA_CLIENT_ORGURL")+"/api/v1/orgs", strings.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "SSWS "+os.Getenv("OKTA_CLIENT_TOKEN"))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(kept, response.Body); err != nil {
		log.Fatal(err)
	}
	if err := kept.Close(); err != nil {
		log.Fatal(err)
	}
	log.Printf("HTTP %d; the response is in child-org.json.", response.StatusCode)
}
""",
    "java": """\
// Creates a child org; it cannot be deleted. Needs the parent's OKTA_CLIENT_ORGURL and OKTA_CLIENT_TOKEN.
// The response has the only copy of the new token: it goes to a file that only you can read.
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

public class CreateChildOrg {
  static final String BODY =
      \"\"\"
@BODY@
\"\"\";

  public static void main(String[] arguments) throws Exception {
    Path kept = Path.of("child-org.json");
    Files.createFile(kept, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(System.getenv("OKTA_CLIENT_ORGURL") + "/api/v1/orgs"))
            .header("Accept", "application/json")
            .header("Content-Type", "application/json")
            .header("Authorization", "SSWS " + System.getenv("OKTA_CLIENT_TOKEN"))
            .POST(HttpRequest.BodyPublishers.ofString(BODY))
            .build();
    HttpResponse<byte[]> response =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofByteArray());
    Files.write(kept, response.body());
    System.out.println("HTTP " + response.statusCode() + "; the response is in child-org.json.");
  }
}
""",
    "ruby": """\
# Creates a child org; it cannot be deleted. Needs the parent's OKTA_CLIENT_ORGURL and OKTA_CLIENT_TOKEN.
# The response has the only copy of the new token: it goes to a file that only you can read.
require "net/http"

body = '@BODY@'
url = URI("#{ENV.fetch('OKTA_CLIENT_ORGURL')}/api/v1/orgs")
headers = {
  "Accept" => "application/json",
  "Content-Type" => "application/json",
  "Authorization" => "SSWS #{ENV.fetch('OKTA_CLIENT_TOKEN')}"
}
File.open("child-org.json", File::WRONLY | File::CREAT | File::EXCL, 0o600) do |kept|
  response = Net::HTTP.post(url, body, headers)
  kept.write(response.body)
  puts "HTTP #{response.code}; the response is in child-org.json."
end
""",
    "rust": """\
// Creates a child org; it cannot be deleted. Needs the parent's OKTA_CLIENT_ORGURL and OKTA_CLIENT_TOKEN.
// The response has the only copy of the new token: it goes to a file that only you can read.
//   cargo add reqwest --features blocking
use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

const BODY: &str = r#"@BODY@"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut kept = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open("child-org.json")?;
    let url = format!("{}/api/v1/orgs", env::var("OKTA_CLIENT_ORGURL")?);
    let authorization = format!("SSWS {}", env::var("OKTA_CLIENT_TOKEN")?);
    let response = reqwest::blocking::Client::new()
        .post(url)
        .header("Accept", "application/json")
        .header("Content-Type", "application/json")
        .header("Authorization", authorization)
        .body(BODY)
        .send()?;
    let status = response.status();
    kept.write_all(&response.bytes()?)?;
    println!("HTTP {status}; the response is in child-org.json.");
    Ok(())
}
""",
}
CREATIONS: Mapping[str, str] = in_snippet(_WITHOUT_BODY, {"@BODY@": BODY})
