import { configs as lit } from 'eslint-plugin-lit'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['eslint.config.mjs', 'generate.mjs', 'src/early.js', 'site/', 'node_modules/', 'worker/', 'src/generated/', 'e2e/shots/'] },
  ...tseslint.configs.strictTypeChecked,
  lit['flat/recommended'],
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Numbers in messages are what this program is about.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
)
