import { describe, expect, it } from "vitest";
import { ContainerBox } from "../../testing/container-box.ts";

const MANIFEST = JSON.stringify({
  name: "web",
  version: "1.2.3",
  scripts: { start: "echo started $PORT", test: "exit 4" },
  dependencies: { express: "^4.17.0" },
  devDependencies: { lodash: "*" },
});

async function project(manifest = MANIFEST): Promise<ContainerBox> {
  const box = await ContainerBox.of("node:22");
  await box.sh(`mkdir /app; echo '${manifest}' > /app/package.json`);
  return box;
}

describe("npm", () => {
  it("installs a project's packages, with files, lock and npm's last words", async () => {
    const one = await project();
    const ran = await one.sh(
      "npm install; ls node_modules | grep -c .; grep '\"version\"' node_modules/express/package.json; npm ls",
      ["-w", "/app"],
    );
    expect(ran.stdout).toMatch(
      /^\nadded (\d+) packages, and audited \d+ packages in 1s\n\n\d+ packages are looking for funding\n {2}run `npm fund` for details\n\nfound 0 vulnerabilities\n\d+\n {2}"version": "4\.\d+\.\d+",\nweb@1\.2\.3 \/app\n├── express@4\.\d+\.\d+\n└── lodash@4\.\d+\.\d+\n\n$/,
    );
    const again = await one.sh("npm install | head -2; npm ci --omit=dev | head -2; ls node_modules/lodash", [
      "-w",
      "/app",
    ]);
    expect(again.stdout).toMatch(/^\nup to date, audited \d+ packages in 300ms\n\nadded \d+ packages, and audited/);
    expect(again.code).toBe(1);
  });

  it("adds a package to package.json, and removes it", async () => {
    const one = await project("{}");
    const ran = await one.sh("npm i -s ws; cat package.json; npm rm ws | head -2; cat package.json", ["-w", "/app"]);
    expect(ran.stdout).toMatch(
      /"ws": "\^8\.\d+\.\d+"[\s\S]*removed 1 package, and audited 1 package[\s\S]*"dependencies": \{\}/,
    );
  });

  it("puts another version of a package below the one that needs it", async () => {
    const one = await project("{}");
    one.engine.packages.node.add({ name: "ms", version: "99.0.0" });
    await one.sh("npm i ms@99 debug@2", ["-w", "/app"]);
    const ran = await one.sh(
      "cat node_modules/ms/package.json node_modules/debug/node_modules/ms/package.json | grep version",
      ["-w", "/app"],
    );
    expect(ran.stdout).toBe('  "version": "99.0.0",\n  "version": "2.0.0",\n');
  });

  it("runs scripts, and ends as they do", async () => {
    const one = await project();
    const ran = await one.sh("PORT=1 npm start; npm test; echo $?; npm run -s nothing; echo $?", ["-w", "/app"]);
    expect(ran.stdout).toBe(
      "\n> web@1.2.3 start\n> echo started $PORT\n\nstarted 1\n\n> web@1.2.3 test\n> exit 4\n\n4\n1\n",
    );
    expect(ran.stderr).toContain(
      'npm error Missing script: "nothing"\nnpm error\nnpm error To see a list of scripts, run:\nnpm error   npm run\n',
    );
  });

  it.each([
    [
      "npm install nosuch-package",
      1,
      "npm error code E404\nnpm error 404 Not Found - GET https://registry.npm.example/nosuch-package - Not found\n",
    ],
    [
      "npm install express@99",
      1,
      "npm error code ETARGET\nnpm error notarget No matching version found for express@99.\n",
    ],
    [
      "cd /tmp && npm install",
      254,
      "npm error code ENOENT\nnpm error syscall open\nnpm error path /tmp/package.json\n",
    ],
    [
      "npm ci",
      1,
      "npm error code EUSAGE\nnpm error\nnpm error The `npm ci` command can only install with an existing package-lock.json",
    ],
  ])("%s fails with %i", async (command, code, stderr) => {
    const ran = await (await project()).sh(command, ["-w", "/app"]);
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain(stderr);
  });
});
