export const landingStyle = 'body{font:16px/1.7 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem}';

/** Shown at "/" : where to go from here. */
export const landingPage = `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<title>烽火 Fenghuo</title>
<style>${landingStyle}</style>
<h1>烽火 <small>Fenghuo</small></h1>
<p>乌苏市应急数据共享中枢。<br>The shared emergency data hub of Wusu.</p>
<ul>
<li><a href="/graphql">/graphql</a> — 查询与订阅（HTTP、SSE、graphql-transport-ws） · queries and subscriptions</li>
<li><a href="/schema.graphql">/schema.graphql</a> — 公开的数据模型 · the public schema</li>
<li><a href="/health/ready">/health/ready</a> — 就绪检查 · readiness</li>
<li><a href="/metrics">/metrics</a> — 运行指标（仅限本机，或按设置） · metrics, on the hub's own machine or as set</li>
</ul>
</html>
`;
