/** The page, in eta: `it` holds report, sections, style and the functions that write tables. */
export const PAGE_TEMPLATE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title><%= it.report.title %></title>
<style><%~ it.style %></style>
</head>
<body>
<main>
<header>
<h1><%= it.report.title %></h1>
<p class="kind">Data: <%= it.report.dataKind %></p>
<% if (it.report.synthetic) { %><p class="synthetic">Simulated data: these figures say how the pipeline works, nothing about a market.</p><% } %>
<ul class="summary">
<% for (const line of it.report.summary) { %><li><%= line %></li>
<% } %></ul>
<% if (it.report.insufficient.length > 0) { %><div class="insufficient">Too little data to tell, and what was used instead:
<ul><% for (const line of it.report.insufficient) { %><li><%= line %></li>
<% } %></ul></div><% } %>
<nav><% for (const section of it.sections) { %><a href="#<%= section.id %>"><%= section.title %></a> <% } %></nav>
</header>
<% for (const section of it.sections) { %>
<section id="<%= section.id %>">
<h2><%= section.title %></h2>
<% if (section.charts.length > 0) { %><div class="charts">
<% for (const chart of section.charts) { %><figure><figcaption><%= chart.title %></figcaption><%~ chart.svg %><p class="source">read from <%~ it.chartSources(chart.sources) %></p></figure>
<% } %></div><% } %>
<% for (const table of section.tables) { %><div class="scroll"><%~ it.dataTable(table) %></div><% } %>
<% if (section.figures.length > 0) { %><% if (section.folded) { %><details><summary><%= section.figures.length %> figures</summary><% } %>
<div class="scroll"><%~ it.figureTable(section.figures) %></div>
<% if (section.folded) { %></details><% } %><% } %>
</section>
<% } %>
<section id="lineage">
<h2>Lineage</h2>
<p>Every value and every chart leads to the artifact that it was read from. Where an artifact comes from, back to the raw files, the code and its commit, says the command in its panel.</p>
<% for (const panel of it.panels) { %><aside class="artifact" id="<%= panel.id %>" data-source="<%= panel.source %>"><a class="close" href="#lineage" aria-label="close">×</a>
<% if (panel.artifact === null) { %><h3><%= panel.source %></h3><p>A value of the run’s plan, fixed when the run began: see <code>runs/&lt;workflow id&gt;/index.json</code> in the run’s store.</p>
<% } else { %><h3><%= panel.artifact.step %>/<%= panel.artifact.name %></h3>
<dl><dt>sha256</dt><dd class="sha256"><%= panel.artifact.sha256 %></dd><dt>object</dt><dd><%= panel.artifact.object %>, below the prefix of the run’s store</dd>
<dt>what</dt><dd><%= panel.artifact.kind %>, schema <%= panel.artifact.schema %>, <%= panel.artifact.bytes %> bytes<% if (panel.artifact.rows !== null) { %>, <%= panel.artifact.rows %> rows<% } %></dd>
<dt>further back</dt><dd><code><%= panel.artifact.command %></code></dd></dl>
<% } %></aside>
<% } %>
<details><summary>data, steps and artifacts that this report was made from</summary>
<pre><%= it.lineage %></pre></details>
</section>
</main>
</body>
</html>
`;
