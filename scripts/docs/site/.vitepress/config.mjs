import { SIDEBAR } from "../sidebar.mjs";

/** The site of `npm run docs`. Its pages are put together in build/site by ../../site.mjs; a dead link fails the build. */
export default {
  title: "llama-reward",
  description: "Reward models on your own computer",
  lang: "en",
  head: [["link", { rel: "icon", href: "data:," }]],
  srcDir: "../../../build/site",
  outDir: "../../../build/docs",
  cacheDir: "../../../build/vitepress",
  // Relative addresses would be needed to open it as files; it is meant for a server: `npx vite preview --outDir build/docs`.
  base: process.env.DOCS_BASE ?? "/",
  themeConfig: {
    sidebar: SIDEBAR,
    outline: [2, 3],
    search: { provider: "local" },
  },
};
